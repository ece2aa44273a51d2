// What a caller is told when there is no answer, once the request was let in.

import { FlightdeckError } from '@flightdeck/core';

/** Runtimes quote whole tensors now and then. */
const longestMessage = 500;

/** Whether an error says something of the thread or the session, and nothing of the rows. */
export function isOutage(error: unknown): error is FlightdeckError {
  return error instanceof FlightdeckError && ['MODEL_UNAVAILABLE', 'ONNX_RELEASED'].includes(error.code);
}

/** Why a request failed that nobody else was to blame for. What is no FlightdeckError is a bug and stays what it is. */
export function failure(error: unknown): Error {
  if (!(error instanceof FlightdeckError)) return error instanceof Error ? error : new Error(String(error));
  const { message } = error;
  if (isOutage(error))
    return new FlightdeckError('MODEL_UNAVAILABLE', `${message} Send the request again.`, {
      cause: error,
      retryable: true,
    });
  const short = message.length > longestMessage ? `${message.slice(0, longestMessage)}…` : message;
  return new FlightdeckError('MODEL_FAILED_ON_INPUT', short, { cause: error });
}

export function deadlineExceeded(): FlightdeckError {
  return new FlightdeckError(
    'DEADLINE_EXCEEDED',
    'The deadline passed while the model was running. Allow more time, or send fewer rows at once.',
  );
}

export function retired(): FlightdeckError {
  return new FlightdeckError(
    'MODEL_RETIRED',
    'This version is being unloaded. Send the request again, to the version that has taken its place.',
    { retryable: true },
  );
}
