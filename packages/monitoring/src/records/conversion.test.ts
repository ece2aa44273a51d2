// Our Parquet, as DuckDB reads it: whatever goes into blocks comes out of the file.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from '@flightdeck/dataset';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeBlock, encodeTable } from './block-file.ts';
import { convertSegment } from './conversion.ts';
import { bufferRows } from './row-buffer.ts';
import { type ToyRow, toyBlock, toyRows, toyTable } from './toy-table.fixture.ts';

let folder: string;
let database: Database;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flightdeck-parquet-'));
  database = await openDatabase();
});

afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

async function throughParquet(groups: readonly (readonly ToyRow[])[]): Promise<Record<string, unknown>[]> {
  const parquet = join(folder, 'toys.parquet');
  const blocks = groups.map((rows) => encodeBlock(toyBlock(rows)));
  writeFileSync(join(folder, 'toys.blocks'), Buffer.concat([encodeTable(toyTable), ...blocks]));
  expect(convertSegment(join(folder, 'toys.blocks'), parquet)).toBe(0);
  // With their places in the file, since DuckDB reads in parallel.
  return database.rows(`select * exclude file_row_number from read_parquet('${parquet}', file_row_number = true)
    order by file_row_number`);
}

/** What DuckDB is to answer for a row: JSON has neither NaN nor infinity. */
function asRead({ amount, moment, count, name, colour }: ToyRow): Record<string, unknown> {
  const json = (value: number) => {
    if (Number.isNaN(value)) return null;
    return Number.isFinite(value) ? value : String(value).replace('+', '');
  };
  const constants = { maker: 'ACME', year: 2001, owner: null };
  const text = name === '' ? null : name;
  return {
    ...constants,
    amount: json(amount),
    moment: json(moment),
    count,
    name: text,
    colour: ['red', 'green'][colour],
  };
}

const toyRow = fc.record({
  amount: fc.float(),
  moment: fc.oneof(fc.double(), fc.constant(Number.NaN)),
  count: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  name: fc.oneof(fc.constantFrom('', 'a', 'b'), fc.string({ unit: 'grapheme', maxLength: 40 })),
  colour: fc.constantFrom(0, 1),
});

test('a segment without blocks is a file without rows, with all columns', async () => {
  expect(await throughParquet([])).toEqual([]);
});

test('any rows in any blocks are read as they were written, missing values as NULL', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(toyRow, { minLength: 1, maxLength: 30 }), { maxLength: 4 }),
      async (groups) => {
        expect(await throughParquet(groups)).toEqual(groups.flat().map(asRead));
      },
    ),
    { numRuns: 60 },
  );
});

test('columns that are all missing, or all alike, are read as they were written', async () => {
  const nothing = { amount: Number.NaN, moment: Number.NaN, count: 0, name: '', colour: 0 };
  const alike = { amount: 1, moment: 2, count: 3, name: 'x', colour: 1 };
  for (const row of [nothing, alike]) {
    const rows = Array.from({ length: 100 }, () => row);
    expect(await throughParquet([rows, rows])).toEqual([...rows, ...rows].map(asRead));
  }
});

test('many blocks become few row groups, dictionaries of any size, and the bounds of times are right', async () => {
  const groups = Array.from({ length: 80 }, (_, block) =>
    toyRows(block * bufferRows, (block + 1) * bufferRows).map((row) => ({
      ...row,
      name: `toy ${row.count}`,
    })),
  );
  const rows = 80 * bufferRows;
  await throughParquet(groups.slice(0, 1));
  writeFileSync(
    join(folder, 'toys.blocks'),
    Buffer.concat([encodeTable(toyTable), ...groups.map((group) => encodeBlock(toyBlock(group)))]),
  );
  const parquet = join(folder, 'toys.parquet');
  convertSegment(join(folder, 'toys.blocks'), parquet);
  const [counts] = await database.rows(`select count(*)::int as rows, count(distinct name)::int as names,
    count(*) filter (name = 'toy ' || count and colour = if(count % 2 = 0, 'red', 'green'))::int as right
    from '${parquet}'`);
  expect(counts).toEqual({ rows, names: rows, right: rows });
  const bounds =
    await database.rows(`select row_group_num_rows::int as rows, stats_min_value as "from", stats_max_value as until
    from parquet_metadata('${parquet}') where path_in_schema = 'moment' order by row_group_id`);
  expect(bounds.map((group) => group.rows)).toEqual([65_536, 65_536, rows - 2 * 65_536]);
  expect(bounds.map((group) => Number(group.from) - 1_000_000_000_000)).toEqual([0, 65_536, 131_072]);
  expect(Number(bounds[2]!.until)).toBe(1_000_000_000_000 + rows - 1);
});
