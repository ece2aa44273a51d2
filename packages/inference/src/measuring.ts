// Measures models in a thread of its own, so that a dear one does not hold the event loop while it is found out to be dear. The
// thread is kept for the next model, and ends when none has come for a while.

import { fileURLToPath } from 'node:url';
import { FlightdeckError, messageOf } from '@flightdeck/core';
import { Piscina } from 'piscina';
import type { Measurement } from './measure-model.ts';
import type { MeasureTask } from './measuring-thread.ts';
import { resultOf, type ThreadAnswer } from './thread-answer.ts';
import { threadHeapMb } from './thread-pool.ts';

const idleMs = 30_000;

let thread: Piscina<MeasureTask, ThreadAnswer<Measurement>> | undefined;

/**
 * Opens and measures one model after the other. Throws what `openSession` and `measureModel` throw, and MODEL_TOO_SLOW if that takes
 * longer than `patienceMs`: the thread is then left to itself, since it cannot be stopped, and the next model gets a new one.
 */
export async function measureApart(task: MeasureTask, patienceMs: number): Promise<Measurement> {
  thread ??= newThread();
  const own = thread;
  const patience = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    if (thread === own) thread = undefined;
    patience.reject(tooSlow(patienceMs));
  }, patienceMs);
  try {
    return resultOf(
      await Promise.race([
        own.run(task, { name: 'measure', transferList: [task.bytes] }).catch(died),
        patience.promise,
      ]),
    );
  } finally {
    clearTimeout(timer);
  }
}

function newThread(): Piscina<MeasureTask, ThreadAnswer<Measurement>> {
  const piscina = new Piscina<MeasureTask, ThreadAnswer<Measurement>>({
    filename: fileURLToPath(new URL('measuring-thread.ts', import.meta.url)),
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: idleMs,
    resourceLimits: { maxOldGenerationSizeMb: threadHeapMb },
    atomics: 'disabled',
    recordTiming: false,
  });
  // What died while it was idle is replaced when the next model comes.
  return piscina.on('error', () => {});
}

function died(error: unknown): never {
  throw new FlightdeckError(
    'MODEL_UNAVAILABLE',
    `The thread that tries models out died of this one: ${messageOf(error)}.`,
    { cause: error, retryable: true },
  );
}

function tooSlow(patienceMs: number): FlightdeckError {
  return new FlightdeckError(
    'MODEL_TOO_SLOW',
    `The model could not be opened and run a few times within ${patienceMs / 1000} s. Serve a smaller model.`,
  );
}
