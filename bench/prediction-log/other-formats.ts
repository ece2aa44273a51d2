// Formats that the log could have had, each over the columns that its writing thread would get: what lines of JSON cost, and Parquet by
// a writer that is not ours. Only the writing is measured, and only its processor time.

import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import type { FeatureColumns } from '@flightdeck/monitoring';
import { type ColumnSource, parquetWriteFile } from 'hyparquet-writer';
import { layout, requestIdOf } from './rows.ts';

export interface Format {
  /** Of its files, by which DuckDB knows how to read them. */
  readonly ending: 'ndjson' | 'parquet';
  write(folder: string, columns: FeatureColumns, rows: number): void;
}

export const otherFormats: Readonly<Record<string, Format>> = {
  ndjson: { ending: 'ndjson', write: writeLines },
  hyparquetWriter: { ending: 'parquet', write: writeParquetFiles },
};

const segmentRows = 250_000;
const { columns: features, ...constant } = layout;

function writeLines(folder: string, columns: FeatureColumns, rows: number): void {
  const file = openSync(join(folder, 'rows.ndjson'), 'w');
  const head = JSON.stringify(constant).slice(0, -1);
  const named = features.map(({ name }) => [JSON.stringify(name), columns[name]!] as const);
  for (let from = 0; from < rows; from += 1_024) {
    let lines = '';
    for (let row = from; row < Math.min(rows, from + 1_024); row++) {
      const values = named.map(([name, column]) => `${name}:${JSON.stringify(column[row])}`).join(',');
      lines += `${head},"request_id":${JSON.stringify(requestIdOf(row))},"request":${row},"row":0,"event_time":${1e12 + row},"at":${1e12 + row},"latency_ms":1.5,"score":0.25,${values}}\n`;
    }
    writeSync(file, lines);
  }
  closeSync(file);
}

function writeParquetFiles(folder: string, columns: FeatureColumns, rows: number): void {
  for (let from = 0; from < rows; from += segmentRows) {
    const count = Math.min(segmentRows, rows - from);
    parquetWriteFile({
      filename: join(folder, `rows-${from}.parquet`),
      columnData: parquetColumns(columns, from, count),
      codec: 'ZSTD',
      compressors: {
        ZSTD: (bytes) => zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } }),
      },
    });
  }
}

function parquetColumns(columns: FeatureColumns, from: number, count: number): ColumnSource[] {
  const times = Float64Array.from({ length: count }, (_, row) => 1e12 + from + row);
  const texts = (name: string, data: string[]): ColumnSource => ({
    name,
    data,
    type: 'STRING',
    nullable: false,
  });
  const floats = (name: string, data: Float32Array): ColumnSource => ({
    name,
    data,
    type: 'FLOAT',
    nullable: false,
  });
  return [
    ...Object.entries(constant).map(([name, value]) => texts(name, new Array(count).fill(String(value)))),
    texts(
      'request_id',
      Array.from({ length: count }, (_, row) => requestIdOf(from + row)),
    ),
    ...['request', 'event_time', 'at'].map(
      (name): ColumnSource => ({ name, data: times, type: 'DOUBLE', nullable: false }),
    ),
    ...['latency_ms', 'score'].map((name) => floats(name, new Float32Array(count).fill(1.5))),
    ...features.map(({ name }) => {
      const column = columns[name]!.slice(from, from + count);
      return Array.isArray(column) ? texts(name, column) : floats(name, column);
    }),
    ...features.map(({ name }) => texts(`s:${name}`, new Array(count).fill('given'))),
  ];
}
