// The thread behind a record writer: checksums, files and Parquet are its work, so that the thread that answers requests has none of it.

import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '@flightdeck/core';
import type { Block } from './row-buffer.ts';
import { type Outcome, type SegmentWriterOptions, segmentWriter } from './segment-writer.ts';
import type { Table } from './table.ts';

export type ToThread =
  | { readonly kind: 'table'; readonly id: number; readonly table: Table }
  | { readonly kind: 'block'; readonly table: number; readonly block: Block }
  | { readonly kind: 'sync' | 'close' };

/** `taken`: so many rows are off the sender's mind, well or not. Syncs are answered in their order. */
export type FromThread =
  | { readonly kind: 'taken'; readonly rows: number }
  | { readonly kind: 'synced'; readonly outcome: Outcome };

const tidyMs = 60_000;

const writer = segmentWriter({ ...(workerData as Omit<SegmentWriterOptions, 'clock'>), clock: systemClock });
const tables = new Map<number, Table>();
const port = parentPort!;
const send = (message: FromThread) => port.postMessage(message);

writer.tidy();
const timer = setInterval(writer.tidy, tidyMs);

port.on('message', (message: ToThread) => {
  switch (message.kind) {
    case 'table':
      tables.set(message.id, message.table);
      return;
    case 'block':
      writer.append(tables.get(message.table)!, message.block);
      send({ kind: 'taken', rows: message.block.rows });
      return;
    case 'sync':
      send({ kind: 'synced', outcome: writer.sync() });
      return;
    case 'close':
      clearInterval(timer);
      send({ kind: 'synced', outcome: writer.close() });
      port.close();
  }
});
