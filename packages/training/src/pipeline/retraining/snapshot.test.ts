import { appendFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase } from '@flightdeck/dataset';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Snapshot, SnapshotRequest } from '../../retraining.ts';
import { contextOf, dayOf, openToyWorld, type ToyWorld } from '../../toy-model.fixture.ts';
import { takeSnapshot } from './snapshot.ts';
import { openSnapshot } from './snapshot-files.ts';

let world: ToyWorld;
beforeAll(async () => {
  world = await openToyWorld();
});
afterAll(() => world.close());

const request: SnapshotRequest = { model: 'toy', rows: null, days: null, production: null, seed: 1 };
const take = (changes: Partial<SnapshotRequest> = {}, context = world.context) =>
  takeSnapshot(world.model, { ...request, ...changes }, context);

/** Answers of one row of a query over the snapshot's rows. */
async function ask({ path }: Snapshot, sql: string) {
  const database = await openDatabase({ memoryLimit: '300MB' });
  const [row] = await database.rows(sql.replace('rows', `'${path}/rows.parquet'`));
  await database.close();
  return row;
}

describe('a snapshot falls back to the period that the model tests on, and says so,', () => {
  const declared = { from: dayOf(2), testFrom: dayOf(25), until: dayOf(32), testedOn: 'history' };

  it('without production rows', async () => {
    const snapshot = await take();
    expect(snapshot).toMatchObject(declared);
    expect(snapshot.notes).toEqual(["No production rows: tested on the model's own test period."]);
  });

  it('with production rows on too few days', async () => {
    const snapshot = await take({ production: await world.writeMatured('days', 40, 44) });
    expect(snapshot).toMatchObject(declared);
    expect(snapshot.notes[0]).toMatch(/^Only \d+ production rows on 3 whole days .* of the 5000 on 5 that/);
    expect(
      await ask(snapshot, "select count(*)::integer as n from rows where source = 'production'"),
    ).toEqual({ n: 0 });
  });

  it('with too few of them on enough days', async () => {
    const production = await world.writeMatured('few', 40, 55, {
      time: 'case when served.id % 10 = 0 then time else time - 28800 end',
    });
    expect(await take({ production })).toMatchObject(declared);
  });

  it('with an empty file', async () => {
    expect(await take({ production: await world.writeMatured('empty', 50, 50) })).toMatchObject(declared);
  });
});

describe('a snapshot with production rows', () => {
  it('tests on the newest whole days of them, whose labels have all had time to come in', async () => {
    const snapshot = await take({ production: await world.writeMatured('fresh', 40, 55) });
    // Labels take up to three hours, so that the last day is not complete.
    expect(snapshot).toMatchObject({ testedOn: 'production', testFrom: dayOf(49), until: dayOf(54) });
    expect(snapshot.rows.test).toBe(5 * 2000);
    expect(snapshot.notes[0]).toMatch(/10000 matured production rows, 2020-02-19 to 2020-02-23/);
    const test =
      "select min(source) as source, min(time) as first, max(time) as last from rows where part = 'test'";
    expect(await ask(snapshot, test)).toEqual({
      source: 'production',
      first: dayOf(49),
      last: dayOf(54) - 1,
    });
  });

  it('trains on history and production alike, and on nothing whose label came after the validation began', async () => {
    const snapshot = await take({ production: await world.writeMatured('fresh', 40, 55) });
    const train = `select max(time) as last, count(*) filter (source = 'production')::integer as served,
      min(time) as first, count(distinct id)::integer = count(*) as distinct from rows where part = 'train'`;
    const found = await ask(snapshot, train);
    expect(found).toMatchObject({ first: dayOf(2), served: 2000 * 2 - 248, distinct: true });
    expect(found!.last).toBeLessThan(dayOf(42) - 178);
  });

  it('takes no row twice that history has as well', async () => {
    const production = await world.writeMatured('early', 30, 55);
    const overlapping = "select count(*)::integer as n from rows where source = 'production' and time < ";
    expect(await ask(await take({ production }), overlapping + dayOf(32))).toEqual({ n: 0 });
  });

  it('keeps to the declared window', async () => {
    const production = await world.writeMatured('fresh', 40, 55);
    expect(await take({ production, days: 14 })).toMatchObject({ from: dayOf(28), testFrom: dayOf(49) });
  });
});

describe('the digest of a snapshot', () => {
  it('is the same for the same request, in whatever state directory, and another for other rows', async () => {
    const production = await world.writeMatured('fresh', 40, 55);
    const first = await take({ production, rows: 5000 });
    const elsewhere = contextOf(join(world.folder, 'elsewhere'));
    expect((await take({ production, rows: 5000 }, elsewhere)).digest).toBe(first.digest);
    expect((await take({ production, rows: 5000 })).digest).toBe(first.digest);
    expect(first.rows.train).toBe(5000);
    expect((await take({ production, rows: 5000, seed: 2 })).digest).not.toBe(first.digest);
    const relabelled = await world.writeMatured('other', 40, 55, { label: '1 - label' });
    expect((await take({ production: relabelled, rows: 5000 })).digest).not.toBe(first.digest);
  });
});

describe('a snapshot is refused', () => {
  const home = () => world.context.home;

  it('where there is none of that digest', async () => {
    const missing = openSnapshot(home(), world.model, 'f'.repeat(64));
    await expect(missing).rejects.toMatchObject({ code: 'SNAPSHOT_MISSING' });
  });

  it('where its rows or its manifest were changed', async () => {
    const one = await take({ rows: 4000 });
    await appendFile(join(one.path, 'rows.parquet'), '!');
    await expect(openSnapshot(home(), world.model, one.digest)).rejects.toMatchObject({
      code: 'SNAPSHOT_DAMAGED',
    });
    const mended = await take({ rows: 4000 });
    await (await openSnapshot(home(), world.model, mended.digest)).close();
    await writeFile(join(one.path, 'manifest.json'), '{}');
    await expect(openSnapshot(home(), world.model, one.digest)).rejects.toMatchObject({
      code: 'SNAPSHOT_DAMAGED',
    });
  });

  it('where the code has other features by now', async () => {
    const { digest } = await take({ rows: 4000 });
    const changed = { ...world.model, features: { ...world.model.features, name: 'toy-2' } };
    await expect(openSnapshot(home(), changed, digest)).rejects.toMatchObject({ code: 'SNAPSHOT_OUTDATED' });
  });

  it('where a part has one class only', async () => {
    const production = await world.writeMatured('certain', 40, 55, { label: '0' });
    await expect(take({ production })).rejects.toThrow(/^The validation part has .* one class/);
  });
});

it('of many snapshots the newest stay', async () => {
  const taken = [];
  for (const seed of [1, 2, 3, 4]) taken.push((await take({ rows: 1000, seed })).digest);
  expect((await readdir(join(world.context.home, 'snapshots', 'toy'))).sort()).toEqual(taken.slice(1).sort());
});
