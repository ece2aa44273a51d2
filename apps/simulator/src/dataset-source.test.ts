import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256OfFile } from '@flightdeck/core';
import { type Database, type DatasetDefinition, openDatabase } from '@flightdeck/dataset';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatasetSource } from './dataset-source.ts';
import type { ReplayRow, Span } from './replay-source.ts';
import { toyView } from './toy-source.fixture.ts';

let database: Database;
let home: string;
let dataset: DatasetDefinition;

/** 2,500 things, three a minute from minute 0, in an order that is not that of time; each takes 10 minutes. */
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'flightdeck-source-'));
  database = await openDatabase({ memoryLimit: '200MB' });
  const path = join(home, 'things.parquet');
  await database.writeParquet(
    `select i, ((i * 7919) % 2500) // 3 as time, i % 5 as outcome, i::decimal(9, 2) / 2 as size,
      case when i % 2 = 0 then 'here' else 'there' end as place from range(2500) t(i)`,
    path,
  );
  const columns = { i: 'BIGINT', time: 'BIGINT', outcome: 'BIGINT', size: 'DOUBLE', place: 'VARCHAR' };
  dataset = {
    name: 'things',
    licence: 'MIT',
    citation: 'Made by this test.',
    files: { things: { path, format: 'parquet', sha256: await sha256OfFile(path), columns } },
    rows: `select i::integer as id, time::integer as time, time::integer + 10 as ended_at, time::integer + 10 + outcome as known_at,
      outcome, size, place from things`,
    expectations: [{ kind: 'not-null', severity: 'quarantine', columns: ['size'] }],
    maximumQuarantinedShare: 0,
  };
});
afterAll(async () => {
  await database.close();
  await rm(home, { recursive: true });
});

const whole: Span = { rowsFrom: Number.NEGATIVE_INFINITY, startAt: 0, to: 10_000, slack: 0 };

async function rowsOf(span: Partial<Span>, definition = dataset): Promise<ReplayRow[]> {
  const model = { dataset: definition, features: toyView };
  const source = await openDatasetSource(database, model, { home, clock: () => 0 });
  const rows: ReplayRow[] = [];
  for await (const row of source.rows({ ...whole, ...span })) rows.push(row);
  return rows;
}

describe('a dataset as a source', () => {
  it('cannot be opened where the dataset cannot be ingested', async () => {
    const files = { things: { ...dataset.files.things!, path: join(home, 'gone.parquet') } };
    await expect(rowsOf({}, { ...dataset, name: 'gone', files })).rejects.toMatchObject({
      code: 'SOURCE_MISSING',
    });
  });

  it('is ingested once, and then read where it lies', async () => {
    expect(await rowsOf({})).toHaveLength(2500);
    // Without its file it could not be ingested again.
    const files = { things: { ...dataset.files.things!, path: join(home, 'gone.parquet') } };
    expect(await rowsOf({}, { ...dataset, files })).toHaveLength(2500);
  });

  it('gives every row once, in order of time and id', async () => {
    const rows = await rowsOf({});
    expect(new Set(rows.map(({ id }) => id)).size).toBe(2500);
    expect(rows).toEqual([...rows].sort((a, b) => a.time - b.time || a.id - b.id));
  });

  it('gives a row with what its caller knew, what happened, and how it ended', async () => {
    const [row] = (await rowsOf({})).filter(({ id }) => id === 7);
    const time = Math.floor(((7 * 7919) % 2500) / 3);
    expect(row).toEqual({
      id: 7,
      unit: 'things-7',
      time,
      instance: { size: 3.5, kind: 'there', place: 'there' },
      events: [
        { type: 'begin', id: 'things-7-begin', at: time, columns: { place: 'there', size: 3.5 } },
        {
          type: 'end',
          id: 'things-7-end',
          at: time + 10,
          columns: { place: 'there', size: 3.5, outcome: 2 },
        },
      ],
      label: 1,
      knownAt: time + 12,
    });
  });

  it('gives the rows of a span, and those before it to which something still happens', async () => {
    const all = await rowsOf({});
    const inside = ({ time, knownAt }: ReplayRow, { rowsFrom, startAt, to, slack }: Span) =>
      time >= rowsFrom && time < to && Math.max(time + 10, knownAt) + slack >= startAt;
    const span = { ...whole, startAt: 100, to: 200 };
    for (const wanted of [span, { ...span, slack: 30 }, { ...span, rowsFrom: 95 }]) {
      expect(await rowsOf(wanted)).toEqual(all.filter((row) => inside(row, wanted)));
    }
  });
});
