// What a thread answers. Errors lose their class and their code on the way between threads, so failures travel as data.

import { FlightdeckError } from '@flightdeck/core';
import type { Tensors } from '@flightdeck/onnx';

export type ThreadAnswer<Value> =
  | { readonly value: Value }
  | { readonly failure: { readonly code: string; readonly message: string } };

/** In the thread. An error that is no FlightdeckError is a bug, and goes its own way. */
export async function answerOf<Value>(value: Promise<Value>): Promise<ThreadAnswer<Value>> {
  try {
    return { value: await value };
  } catch (error) {
    if (!(error instanceof FlightdeckError)) throw error;
    return { failure: { code: error.code, message: error.message } };
  }
}

/** Where the answer arrives: the value, or the failure thrown again. */
export function resultOf<Value>(answer: ThreadAnswer<Value>): Value {
  if ('value' in answer) return answer.value;
  throw new FlightdeckError(answer.failure.code, answer.failure.message);
}

/** The memory that can be handed to another thread instead of copied: that of everything but strings. */
export function buffersOf(tensors: Tensors): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { data } of Object.values(tensors))
    if (!Array.isArray(data)) buffers.add(data.buffer as ArrayBuffer);
  return [...buffers];
}
