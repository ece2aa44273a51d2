// The way of records from the thread that has them to the disk: gathered in buffers, handed to the writing thread a block at a time.

import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { bufferRows, type RowBuffer } from './row-buffer.ts';
import type { Outcome, SegmentWriterOptions } from './segment-writer.ts';
import type { Table } from './table.ts';
import type { FromThread, ToThread } from './writing-thread.ts';

export interface RecordWriter {
  /**
   * Adds rows to a buffer: `write` puts rows `from` to `to` (exclusive) of them into it, beginning at row `at`, and is called again
   * where a buffer was full. What it throws is passed on, and the rows of that call are not added.
   */
  append(buffer: RowBuffer, rows: number, write: WriteRows): void;
  /** Resolves when everything that was appended before is on the disk; the outcome says what is not. */
  sync(): Promise<Outcome>;
  /** Rows that the thread has not taken yet. */
  pendingRows(): number;
  /** Syncs, makes all segments Parquet, and ends the thread. */
  close(): Promise<Outcome>;
}

export type WriteRows = (from: number, to: number, at: number) => void;

export type RecordWriterOptions = Omit<SegmentWriterOptions, 'clock'>;

export function openRecordWriter(options: RecordWriterOptions): RecordWriter {
  const filled = new Set<RowBuffer>();
  const ids = new WeakMap<Table, number>();
  const waiting: ((outcome: Outcome) => void)[] = [];
  let thread: Worker | null = null;
  let tables = 0;
  let pendingRows = 0;
  let death: string | null = null;

  function start(): Worker {
    return startThread(options, {
      onMessage(message) {
        if (message.kind === 'taken') pendingRows -= message.rows;
        else settle(message.outcome);
      },
      onError(problem) {
        death = problem;
        while (waiting.length > 0) settle(lost(problem));
      },
    });
  }

  const send = (message: ToThread, transfer: ArrayBuffer[] = []) => thread?.postMessage(message, transfer);

  function settle(outcome: Outcome): void {
    waiting.shift()!(outcome);
    if (waiting.length === 0) thread?.unref();
  }

  /** Without the thread, everything that it has not taken is lost. */
  function lost(problem: string): Outcome {
    const lostRows = pendingRows;
    pendingRows = 0;
    return { problem, lostRows };
  }

  function idOf(table: Table): number {
    const known = ids.get(table);
    if (known !== undefined) return known;
    const id = ++tables;
    ids.set(table, id);
    send({ kind: 'table', id, table });
    return id;
  }

  function handOver(buffer: RowBuffer): void {
    filled.delete(buffer);
    const block = buffer.take();
    pendingRows += block.rows;
    send({ kind: 'block', table: idOf(buffer.table), block }, [block.bytes.buffer as ArrayBuffer]);
  }

  function ask(kind: 'sync' | 'close'): Promise<Outcome> {
    if (thread === null) return Promise.resolve({ problem: null, lostRows: 0 });
    if (death !== null) return Promise.resolve(lost(death));
    thread.ref();
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    waiting.push(resolve);
    send({ kind });
    return promise;
  }

  return {
    append(buffer, rows, write) {
      // The first rows start it, so that it is there when they are to be written.
      thread ??= start();
      for (let from = 0; from < rows; ) {
        const to = Math.min(rows, from + bufferRows - buffer.rows);
        write(from, to, buffer.rows);
        buffer.rows += to - from;
        filled.add(buffer);
        if (buffer.rows === bufferRows) handOver(buffer);
        from = to;
      }
    },
    sync() {
      for (const buffer of filled) handOver(buffer);
      return ask('sync');
    },
    pendingRows: () => pendingRows,
    async close() {
      for (const buffer of filled) handOver(buffer);
      const ended = thread !== null && death === null ? once(thread, 'exit') : null;
      const outcome = await ask('close');
      thread?.ref();
      await ended;
      return outcome;
    },
  };
}

interface ThreadEvents {
  readonly onMessage: (message: FromThread) => void;
  readonly onError: (problem: string) => void;
}

function startThread(options: RecordWriterOptions, { onMessage, onError }: ThreadEvents): Worker {
  const thread = new Worker(join(import.meta.dirname, 'writing-thread.ts'), {
    workerData: options,
    execArgv: [],
    name: 'record writer',
  });
  thread.on('message', onMessage);
  thread.on('error', ({ message }) => onError(message));
  // Records must not keep a process alive that has nothing else to do; whoever waits for the disk does.
  thread.unref();
  return thread;
}
