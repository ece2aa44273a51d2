// A thread with a session of its own, for session-thread.test.ts: runs the model again and again, and says what came last.

import { parentPort, workerData } from 'node:worker_threads';
import { openSession } from './open-session.ts';
import type { Tensors } from './tensors.ts';

export interface ThreadTask {
  readonly bytes: Uint8Array;
  readonly feeds: Tensors;
  readonly runs: number;
  readonly release: boolean;
}

const { bytes, feeds, runs, release } = workerData as ThreadTask;
const session = await openSession(bytes);
let answer: Tensors = {};
for (let run = 0; run < runs; run++) answer = await session.run(feeds);
if (release) await session.release();
parentPort!.postMessage(answer);
