import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, openDatabase } from '@flightdeck/dataset';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openToyWorld, type ToyWorld } from '../toy-model.fixture.ts';
import { openProduction } from './production-rows.ts';

let world: ToyWorld;
let database: Database;
beforeAll(async () => {
  world = await openToyWorld();
  database = await openDatabase({ memoryLimit: '300MB' });
});
afterAll(async () => {
  await database.close();
  await world.close();
});

const open = (path: string) => openProduction(database, world.model.features, path, 179);

describe('production rows are refused', () => {
  it('when their file is not there', async () => {
    await expect(open('/no/such.parquet')).rejects.toMatchObject({ code: 'PRODUCTION_ROWS_MISSING' });
  });

  it('when it is no Parquet file', async () => {
    const path = join(world.folder, 'text.parquet');
    await writeFile(path, 'not a table');
    await expect(open(path)).rejects.toMatchObject({ code: 'PRODUCTION_ROWS_INVALID' });
  });

  it('when features of the model are missing, by name', async () => {
    const path = join(world.folder, 'narrow.parquet');
    await database.writeParquet('select 1 as time, 0 as label, 0.5 as x', path);
    await expect(open(path)).rejects.toThrow(/has no column depot, load_1h/);
  });

  it.each([
    ['label', '2'],
    ['label', 'null'],
    ['label', "'late'"],
    ['time', 'null'],
  ])('when a %s is %s', async (column, value) => {
    const path = await world.writeMatured('odd', 41, 42, { [column]: value });
    await expect(open(path)).rejects.toThrow(/\d+ rows have no time, or a label that is neither 0 nor 1/);
  });
});

it('production rows come in as they were served, a value that was missing stays missing', async () => {
  const path = await world.writeMatured('sparse', 41, 42, {
    x: 'case when time % 2 = 0 then x::double end',
    time: 'time::bigint',
  });
  const { rows, newest } = await open(path);
  expect(rows).toBeGreaterThan(1500);
  expect(newest).toBeGreaterThan(0);
  const [counted] = await database.rows(
    'select count(x)::integer as given, min(known_at - time) as delay from production',
  );
  expect(Number(counted!.given) / rows).toBeCloseTo(0.5, 1);
  expect(counted!.delay).toBe(179);
});
