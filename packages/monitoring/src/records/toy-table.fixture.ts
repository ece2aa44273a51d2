// A table with a column of every type, and a way to write rows of it.

import { type Block, rowBuffer } from './row-buffer.ts';
import type { Table } from './table.ts';

export interface ToyRow {
  readonly amount: number;
  readonly moment: number;
  readonly count: number;
  readonly name: string;
  /** 0 is red, 1 is green. */
  readonly colour: number;
}

export const toyTable: Table = {
  kind: 'toys',
  model: 'toy',
  constants: { maker: 'ACME', year: 2001, owner: null },
  columns: [
    { name: 'amount', type: 'float' },
    { name: 'moment', type: 'double' },
    { name: 'count', type: 'int' },
    { name: 'name', type: 'string' },
    { name: 'colour', type: ['red', 'green'] },
  ],
};

/** Not more rows than a buffer holds. */
export function toyBlock(rows: readonly ToyRow[]): Block {
  const buffer = rowBuffer(toyTable);
  const { values, dictionaries, touched } = buffer;
  for (const [place, row] of rows.entries()) {
    values.amount![place] = row.amount;
    values.moment![place] = row.moment;
    values.count![place] = row.count;
    values.name![place] = dictionaries.name!.placeOf(row.name);
    values.colour![place] = row.colour;
    if (row.colour > 0) touched.add('colour');
  }
  buffer.rows = rows.length;
  return buffer.take();
}

/** Row i counts i, and is otherwise like every other. */
export function toyRows(from: number, to: number): ToyRow[] {
  return Array.from({ length: to - from }, (_, index) => ({
    amount: 0.5,
    moment: 1_000_000_000_000 + from + index,
    count: from + index,
    name: `toy ${(from + index) % 7}`,
    colour: (from + index) % 2,
  }));
}
