// Runs in worker threads: for what is too dear for the event loop. Each thread holds a session of its own and runs one batch at a
// time.

import { fileURLToPath } from 'node:url';
import { FlightdeckError, messageOf } from '@flightdeck/core';
import type { Tensors } from '@flightdeck/onnx';
import { Piscina } from 'piscina';
import { copyBytes } from './copied-bytes.ts';
import type { FinishedRun, Runner } from './runner.ts';
import type { RunTask, Unopened } from './session-thread.ts';
import { buffersOf, resultOf, type ThreadAnswer } from './thread-answer.ts';

/** For the strings and small objects of a batch. Tensors and models lie outside of this heap. */
export const threadHeapMb = 256;

/**
 * Opens the model in each of `threads` threads and runs `sample` there, so that the first request finds them warm. Throws what
 * `openSession` and the run throw. A thread that dies takes its batch with it (MODEL_UNAVAILABLE) and is replaced, for which the
 * bytes are kept: they must not change.
 */
export async function threadPool(bytes: Uint8Array, threads: number, sample: Tensors): Promise<Runner> {
  const pool = newPool(threads);
  const send = (task: RunTask, transferList: ArrayBuffer[]) =>
    pool.run(task, { name: 'run', transferList }).catch(died);
  // As many tasks at once as there are idle threads: one for each.
  const inEach = <Answer>(task: (thread: number) => Promise<Answer>) =>
    Promise.allSettled(Array.from({ length: threads }, (_, thread) => task(thread)));

  async function open(): Promise<void> {
    const copies = await Promise.all(Array.from({ length: threads }, () => copyBytes(bytes)));
    const opened = await inEach((thread) =>
      send({ feeds: sample, bytes: copies[thread]! }, [copies[thread]!]),
    );
    for (const each of opened) {
      if (each.status === 'rejected') throw each.reason;
      resultOf(each.value);
    }
  }

  async function run(feeds: Tensors, outputs?: readonly string[]): Promise<FinishedRun> {
    const answer = resultOf(await send({ feeds, outputs }, buffersOf(feeds)));
    if (!('unopened' in answer)) return answer;
    const copy = await copyBytes(bytes);
    const task = { feeds: answer.unopened, outputs, bytes: copy };
    return resultOf(await send(task, [copy, ...buffersOf(task.feeds)])) as FinishedRun;
  }

  async function close(): Promise<void> {
    // The sessions before the threads: a thread that is ended in the middle of native work takes the process with it.
    await inEach(() => pool.run(undefined, { name: 'close' }));
    await pool.destroy();
  }

  try {
    await open();
  } catch (error) {
    await close();
    throw error;
  }
  // A thread need not stand idle until a busy event loop has got to the end of its run.
  return { concurrency: threads, volley: 1, ahead: threads, takesFeeds: true, run, close };
}

type Pool = Piscina<RunTask | undefined, ThreadAnswer<FinishedRun | Unopened>>;

function newPool(threads: number): Pool {
  const pool: Pool = new Piscina({
    filename: fileURLToPath(new URL('session-thread.ts', import.meta.url)),
    minThreads: threads,
    maxThreads: threads,
    // One that runs, and one that waits for it.
    concurrentTasksPerWorker: 2,
    resourceLimits: { maxOldGenerationSizeMb: threadHeapMb },
    // Waiting on an atomic would be faster by some microseconds, and would keep the thread from anything else.
    atomics: 'disabled',
    recordTiming: false,
  });
  // Of a thread that dies while it is idle there is nobody to tell; it is replaced like any other.
  return pool.on('error', () => {});
}

function died(error: unknown): never {
  throw new FlightdeckError('MODEL_UNAVAILABLE', `A thread of the model died: ${messageOf(error)}.`, {
    cause: error,
    retryable: true,
  });
}
