// The prediction log: an append-only record of every answer. On the thread that answers, a row costs the copying of its values;
// writing is another thread's work. What was appended is on the disk `flushMs` later, so that is what a SIGKILL can lose.

import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { FlightdeckError } from '@flightdeck/core';
import { buffersOf, emptyChunk, type LogChunk, type LogLayout } from './log-chunk.ts';
import type { FromWriter, ToWriter } from './writing-thread.ts';

export type { LogLayout } from './log-chunk.ts';

/** One request's answer: as many rows as it had. */
export interface LoggedAnswer {
  /** The same object for every answer of an endpoint's version. */
  readonly layout: LogLayout;
  readonly rows: number;
  /** Copies rows `from` to `to` (exclusive) into columns, whose data start at row `at`. */
  readonly copy: (from: number, to: number, columns: LogChunk['columns'], at: number) => void;
  /** One a row. */
  readonly scores: Float32Array;
  readonly requestId: string;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
  readonly latencyMs: number;
}

export interface PredictionLog {
  /** Never throws and never waits: rows that the writing thread is too slow for are dropped, and counted. */
  append(answer: LoggedAnswer): void;
  /** Resolves when everything that was appended before is on the disk. PREDICTION_LOG_FAILED says why it is not. */
  flush(): Promise<void>;
  readonly counts: { readonly appended: number; readonly dropped: number };
  close(): Promise<void>;
}

export interface PredictionLogOptions {
  readonly folder: string;
  /** Of all segments; the oldest are deleted. */
  readonly maxBytes: number;
  readonly flushMs?: number;
  readonly maxSegmentBytes?: number;
}

const chunkRows = 1_024;
/** Some ten seconds of what one event loop can answer; more than that in memory, and the disk will not catch up. */
const mostPendingRows = 256 * chunkRows;

export function openPredictionLog(options: PredictionLogOptions): PredictionLog {
  const { folder, maxBytes, flushMs = 1_000, maxSegmentBytes = 16 * 1024 * 1024 } = options;
  const thread = new Worker(join(import.meta.dirname, 'writing-thread.ts'), {
    workerData: { folder, maxBytes, maxSegmentBytes },
    execArgv: [],
    name: 'prediction log',
  });
  const chunks = new Map<LogLayout, LogChunk>();
  const syncs = new Map<number, (problem: string | null) => void>();
  const counts = { appended: 0, dropped: 0 };
  let pendingRows = 0;
  let lastId = 0;
  let problem: string | null = null;

  const send = (message: ToWriter, transfer: ArrayBuffer[] = []) => thread.postMessage(message, transfer);
  thread.on('message', (message: FromWriter) => {
    problem = message.problem ?? problem;
    if (message.kind === 'synced') {
      syncs.get(message.id)?.(problem);
      syncs.delete(message.id);
      return;
    }
    pendingRows -= message.rows;
    if (message.problem !== null) counts.dropped += message.rows;
  });
  thread.on('error', (error) => {
    problem = error.message;
    for (const settle of syncs.values()) settle(problem);
  });
  // The log must not keep a process alive that has nothing else to do; `close` is what waits for it.
  thread.unref();
  const timer = setInterval(() => void synced('sync'), flushMs);
  timer.unref();

  function chunkOf(layout: LogLayout): LogChunk {
    const present = chunks.get(layout);
    if (present) return present;
    const chunk = emptyChunk(layout, chunkRows);
    chunks.set(layout, chunk);
    return chunk;
  }

  function handOver(chunk: LogChunk): void {
    chunks.delete(chunk.layout);
    pendingRows += chunk.rows;
    send({ kind: 'chunk', chunk }, buffersOf(chunk));
  }

  function appendRows(answer: LoggedAnswer, from: number): number {
    const chunk = chunkOf(answer.layout);
    const at = chunk.rows;
    const to = Math.min(answer.rows, from + chunkRows - at);
    answer.copy(from, to, chunk.columns, at);
    for (let row = from; row < to; row++) {
      const place = at + row - from;
      chunk.score[place] = answer.scores[row]!;
      chunk.at[place] = answer.at;
      chunk.latencyMs[place] = answer.latencyMs;
      chunk.requestId[place] = answer.requestId;
      chunk.index[place] = row;
    }
    chunk.rows += to - from;
    if (chunk.rows === chunkRows) handOver(chunk);
    return to;
  }

  function synced(kind: 'sync' | 'close'): Promise<string | null> {
    for (const chunk of chunks.values()) handOver(chunk);
    const id = ++lastId;
    const { promise, resolve } = Promise.withResolvers<string | null>();
    syncs.set(id, resolve);
    send({ kind, id });
    return promise;
  }

  return {
    append(answer) {
      if (pendingRows + answer.rows > mostPendingRows) {
        counts.dropped += answer.rows;
        return;
      }
      counts.appended += answer.rows;
      for (let from = 0; from < answer.rows; ) from = appendRows(answer, from);
    },
    async flush() {
      thread.ref();
      const failure = await synced('sync');
      if (syncs.size === 0) thread.unref();
      if (failure !== null) throw logFailed(folder, failure);
    },
    counts,
    async close() {
      clearInterval(timer);
      thread.ref();
      const ended = once(thread, 'exit');
      const failure = await synced('close');
      await ended;
      if (failure !== null) throw logFailed(folder, failure);
    },
  };
}

function logFailed(folder: string, problem: string): FlightdeckError {
  return new FlightdeckError(
    'PREDICTION_LOG_FAILED',
    `The prediction log in ${folder} cannot be written: ${problem}. Answers go on; free space or mend the folder.`,
    { retryable: true },
  );
}
