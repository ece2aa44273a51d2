import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { openSession } from './open-session.ts';
import type { ThreadTask } from './session-thread.child.ts';
import type { Tensors } from './tensors.ts';
import { addModel } from './toy-graphs.fixture.ts';

const model = addModel();
const shared = new Uint8Array(new SharedArrayBuffer(model.length));
shared.set(model);

const rows = 20;
const column = (value: number) => new Float32Array(rows * 3).fill(value);
const feedsOf = (value: number): Tensors => ({
  a: { type: 'float32', dims: [rows, 3], data: column(value) },
  b: { type: 'float32', dims: [rows, 3], data: column(1) },
});
const sumOf = (value: number) => ({ type: 'float32', dims: [rows, 3], data: column(value + 1) });

/** What a thread of its own gives, once the thread has ended. */
async function inThread(value: number, { runs = 100, release = true } = {}): Promise<Tensors> {
  const task: ThreadTask = { bytes: shared, feeds: feedsOf(value), runs, release };
  const worker = new Worker(new URL('./session-thread.child.ts', import.meta.url), { workerData: task });
  const [[answer], [code]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
  expect(code).toBe(0);
  return answer as Tensors;
}

describe('sessions in worker threads', () => {
  it('answer as on the main thread, several at once, and beside it', async () => {
    const session = await openSession(model);
    const threads = Promise.all([1, 2, 3].map((value) => inThread(value, { runs: 300 })));
    for (let run = 0; run < 300; run++) expect((await session.run(feedsOf(run))).sum).toEqual(sumOf(run));
    for (const [i, { sum }] of (await threads).entries()) expect(sum).toEqual(sumOf(i + 1));
    await session.release();
  });

  it('end with their threads, released or not, and harm no other', async () => {
    const session = await openSession(model);
    const kept = await session.run(feedsOf(7));
    for (const release of [true, false]) {
      expect((await inThread(5, { release })).sum).toEqual(sumOf(5));
      expect((await session.run(feedsOf(6))).sum).toEqual(sumOf(6));
    }
    expect(kept.sum).toEqual(sumOf(7));
    await session.release();
    expect((await inThread(8)).sum).toEqual(sumOf(8));
  });
});
