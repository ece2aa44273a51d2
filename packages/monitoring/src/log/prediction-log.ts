// The prediction log: an append-only record of every answer and every failure, and of what shadows made of the same requests. On the
// thread that answers, a row costs the copying of its values; the rest is another thread's work. What was appended is in a file
// `flushMs` later, so that much is what a SIGKILL can lose.

import { join } from 'node:path';
import { FlightdeckError, messageOf } from '@flightdeck/core';
import { openRecordWriter } from '../records/record-writer.ts';
import type { Outcome } from '../records/segment-writer.ts';
import type { Retention } from '../records/segments.ts';
import type { LoggedAnswer, LoggedFailure, LoggedShadow } from './logged.ts';
import { answerRows, type LoggedRows, shadowRows } from './logged-rows.ts';
import type { LogLayout } from './prediction-tables.ts';

/** Appending never throws and never waits: rows that the writing thread is too slow for are dropped, and counted. */
export interface PredictionLog {
  append(answer: LoggedAnswer): void;
  appendFailure(failure: LoggedFailure): void;
  appendShadow(shadow: LoggedShadow): void;
  /** Resolves when everything that was appended before is on the disk. PREDICTION_LOG_FAILED says why some of it is not. */
  flush(): Promise<void>;
  readonly state: PredictionLogState;
  /** Flushes, and makes what was written Parquet. */
  close(): Promise<void>;
}

export interface PredictionLogState {
  /** Rows. Those that were appended and then could not be written are in both. */
  readonly appended: number;
  readonly dropped: number;
  /** What is wrong; null while all goes well. */
  readonly problem: string | null;
}

export interface PredictionLogOptions extends Retention {
  /** The state directory; the log is below `predictions/`. */
  readonly home: string;
  /** Of the instance's `predictionIds`. */
  readonly token: string;
  readonly flushMs?: number;
  readonly maxSegmentBytes?: number;
}

/** Some ten seconds of what one event loop can answer; more than that in memory, and the disk will not catch up. */
const mostPendingRows = 262_144;
/** What is open costs a reader a conversion; a segment an hour and kind keeps a month of files few. */
const maxSegmentMs = 3_600_000;

export function openPredictionLog(options: PredictionLogOptions): PredictionLog {
  const { home, token, flushMs = 1_000, maxSegmentBytes = 32 * 1024 * 1024, maxBytes, maxDays } = options;
  const folder = join(home, 'predictions');
  const writer = openRecordWriter({ folder, token, maxSegmentBytes, maxSegmentMs, maxBytes, maxDays });
  const state = { appended: 0, dropped: 0, problem: null as string | null };
  const answers = new WeakMap<LogLayout, LoggedRows<LoggedAnswer | LoggedFailure>>();
  const shadows = new Map<string, LoggedRows<LoggedShadow>>();
  let droppedBefore = 0;
  let lastProblem = '';

  function append<Logged>(to: LoggedRows<Logged>, logged: Logged, rows: number): void {
    try {
      if (writer.pendingRows() + rows > mostPendingRows) throw new Error('the disk is too slow');
      writer.append(to.buffer, rows, (from, end, at) => to.write(logged, from, end, at));
      state.appended += rows;
    } catch (error) {
      drop(rows, messageOf(error));
    }
  }

  function drop(rows: number, problem: string | null): void {
    state.dropped += rows;
    state.problem = problem;
    if (problem !== null) lastProblem = problem;
  }

  function appendRequest(logged: LoggedAnswer | LoggedFailure): void {
    const { layout } = logged;
    append(
      remembered(answers, layout, () => answerRows(token, layout)),
      logged,
      logged.rows,
    );
  }

  const settle = ({ lostRows, problem }: Outcome) => drop(lostRows, problem);

  function assertKept(): void {
    const dropped = state.dropped - droppedBefore;
    droppedBefore = state.dropped;
    if (dropped > 0) throw logFailed(folder, dropped, lastProblem);
  }

  // Rows wait for a sync no longer than this, whether or not anybody asks for one.
  const timer = setInterval(() => void writer.sync().then(settle), flushMs);
  timer.unref();

  return {
    append: appendRequest,
    appendFailure: appendRequest,
    appendShadow(shadow) {
      const { model, rows } = shadow;
      append(
        remembered(shadows, model, () => shadowRows(token, model)),
        shadow,
        rows,
      );
    },
    async flush() {
      settle(await writer.sync());
      assertKept();
    },
    state,
    async close() {
      clearInterval(timer);
      settle(await writer.close());
      assertKept();
    },
  };
}

function remembered<Key, Value>(
  known: { get(key: Key): Value | undefined; set(key: Key, value: Value): unknown },
  key: Key,
  make: () => Value,
): Value {
  const present = known.get(key);
  if (present !== undefined) return present;
  const made = make();
  known.set(key, made);
  return made;
}

function logFailed(folder: string, rows: number, problem: string): FlightdeckError {
  return new FlightdeckError(
    'PREDICTION_LOG_FAILED',
    `${rows} rows of the prediction log in ${folder} were dropped: ${problem}. Answers go on; free space or mend the folder.`,
    { retryable: true },
  );
}
