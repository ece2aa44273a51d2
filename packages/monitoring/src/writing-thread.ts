// The thread behind the prediction log: it turns chunks into lines and lines into files, so that the thread that answers requests
// does neither.

import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, systemClock } from '@flightdeck/core';
import { type LogChunk, linesOf } from './log-chunk.ts';
import { type SegmentOptions, segmentWriter } from './segment-writer.ts';

export type ToWriter =
  | { readonly kind: 'chunk'; readonly chunk: LogChunk }
  | { readonly kind: 'sync'; readonly id: number }
  | { readonly kind: 'close'; readonly id: number };

/** `written`: a chunk is done with, well or not. */
export type FromWriter =
  | { readonly kind: 'written'; readonly rows: number; readonly problem: string | null }
  | { readonly kind: 'synced'; readonly id: number; readonly problem: string | null };

const writer = segmentWriter({ ...(workerData as Omit<SegmentOptions, 'clock'>), clock: systemClock });
const port = parentPort!;

port.on('message', (message: ToWriter) => {
  if (message.kind === 'chunk') {
    const problem = problemOf(() => writer.append(linesOf(message.chunk)));
    port.postMessage({ kind: 'written', rows: message.chunk.rows, problem } satisfies FromWriter);
    return;
  }
  const problem = problemOf(message.kind === 'sync' ? writer.sync : writer.close);
  port.postMessage({ kind: 'synced', id: message.id, problem } satisfies FromWriter);
  if (message.kind === 'close') port.close();
});

function problemOf(work: () => void): string | null {
  try {
    work();
    return null;
  } catch (error) {
    return messageOf(error);
  }
}
