// From blocks to the columns of a Parquet row group: values one after the other, the dictionaries of the blocks united, constants
// written out.

import type { ParquetColumn } from './parquet.ts';
import type { ParquetValues } from './parquet-pages.ts';
import { type Block, textsOf } from './row-buffer.ts';
import { arrayFor, type Column, type ColumnType, type Table } from './table.ts';

/** The columns of a table's Parquet file: its constants, then its columns. */
export function parquetColumns({ constants, columns }: Table): ParquetColumn[] {
  return [
    ...Object.entries(constants).map(
      ([name, value]): ParquetColumn => ({ name, type: typeof value === 'string' ? 'string' : 'double' }),
    ),
    ...columns.map(
      ({ name, type }): ParquetColumn => ({ name, type: typeof type === 'string' ? type : 'string' }),
    ),
  ];
}

export function rowGroup({ constants, columns }: Table, blocks: readonly Block[]): ParquetValues[] {
  const rows = blocks.reduce((sum, block) => sum + block.rows, 0);
  const sources = blocks.map((block) => ({ block, offsets: offsetsOf(columns, block) }));
  return [
    ...Object.values(constants).map((value) => constantValues(value, rows)),
    ...columns.map((column) => columnValues(column, sources, rows)),
  ];
}

interface Source {
  readonly block: Block;
  /** By column: where its values begin; none for a column that is all 0. */
  readonly offsets: Readonly<Record<string, number>>;
}

function offsetsOf(columns: readonly Column[], block: Block): Source['offsets'] {
  const offsets: Record<string, number> = {};
  let at = 0;
  for (const { name, type } of columns) {
    if (!block.columns.includes(name)) continue;
    offsets[name] = at;
    at += block.rows * bytesPerValue(type);
  }
  return offsets;
}

function bytesPerValue(type: ColumnType): number {
  return arrayFor(type, 0).BYTES_PER_ELEMENT;
}

function constantValues(value: string | number | null, rows: number): ParquetValues {
  return typeof value === 'string'
    ? { type: 'string', values: new Uint8Array(rows), dictionary: [value] }
    : { type: 'double', values: new Float64Array(rows).fill(value ?? Number.NaN) };
}

function columnValues({ name, type }: Column, sources: readonly Source[], rows: number): ParquetValues {
  if (type === 'string') return unitedStrings(name, sources, rows);
  const values = arrayFor(type, rows);
  fill(values, name, sources);
  if (typeof type !== 'string') return { type: 'string', values: values as Uint8Array, dictionary: type };
  return { type, values } as ParquetValues;
}

/** Bytes are copied, since a block's columns begin where no typed array could. */
function fill(
  values: ArrayBufferView & { readonly BYTES_PER_ELEMENT: number },
  name: string,
  sources: readonly Source[],
): void {
  const bytes = new Uint8Array(values.buffer);
  let at = 0;
  for (const { block, offsets } of sources) {
    const length = block.rows * values.BYTES_PER_ELEMENT;
    const from = offsets[name];
    if (from !== undefined) bytes.set(block.bytes.subarray(from, from + length), at);
    at += length;
  }
}

/** A string of few has one place for all blocks. Looking up strings that are hardly ever the same would cost more than to repeat some. */
function unitedStrings(name: string, sources: readonly Source[], rows: number): ParquetValues {
  const dictionary = [''];
  const places = new Map<string, number>();
  const add = (text: string) => dictionary.push(text) - 1;
  const find = (text: string) => {
    const place = places.get(text) ?? add(text);
    places.set(text, place);
    return place;
  };
  const local = new Uint16Array(rows);
  fill(local, name, sources);
  const values = new Uint32Array(rows);
  let at = 0;
  for (const { block } of sources) {
    const texts = textsOf(block.dictionaries[name] ?? { joined: '', lengths: [0] }).slice(1);
    const united = [0, ...texts.map(texts.length > block.rows / 2 ? add : find)];
    for (const end = at + block.rows; at < end; at++) values[at] = united[local[at]!]!;
  }
  return { type: 'string', values, dictionary };
}
