// How this package says no: to a model that it cannot take, and to an input that does not fit the model.

import { FlightdeckError } from '@flightdeck/core';

/** `problem` says what it is and, in a sentence of its own, what to do. */
export function unsupported(problem: string, cause?: unknown): FlightdeckError {
  return new FlightdeckError('ONNX_UNSUPPORTED', `${problem}.`, { cause });
}

export function invalid(problem: string): FlightdeckError {
  return new FlightdeckError('ONNX_INPUT_INVALID', `The model cannot run: ${problem}.`);
}
