// The declared numbers of the datasheet, checked on all 3,000,000 rows.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, type IngestedDataset, ingest, literal, openDatabase } from '@flightdeck/dataset';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flights } from './dataset.ts';
import { misdatedNight, nightCorrelations } from './misdated-night.ts';

let database: Database;
let folder: string;
let ingested: IngestedDataset;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flightdeck-flights-'));
  database = await openDatabase();
  ingested = await ingest(database, flights, { folder, clock: () => 0 });
}, 120_000);
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

it('reads every row and sets 0.6 % aside, for the reasons in the datasheet', () => {
  expect(ingested.rows).toEqual({ read: 3_000_000, accepted: 2_981_971, quarantined: 18_029 });
  const broken = Object.fromEntries(
    ingested.findings.map((finding) => [finding.expectation, finding.broken]),
  );
  expect(broken).toMatchObject({
    'the night carries its own date': 17_619,
    'the delay began on the date given': 5_997,
    'delay in [-90, 1000]': 80,
    'local_date in [2001-01-01, 2001-06-30]': 6,
    'unique by local_date, minute_of_day, origin, destination, distance, delay': 191,
    'local_date monotone in file order': 0,
  });
});

describe('misdated nights', () => {
  const rowsLike = (
    night: string,
  ) => `create or replace table rows as select id, delay, minute_of_day, ${night} as local_date
    from (select * from ${literal(ingested.files.rows)} union all by name
      select * exclude reasons from ${literal(ingested.files.quarantine)})`;

  it('are found in the file as it is: midnight to the quietest hour, 03:00 to 03:59', async () => {
    await database.run(rowsLike('local_date'));
    const found = `select id from (${misdatedNight})`;
    const [night] = await database.rows(
      `select count(*)::integer as rows, max(minute_of_day) // 60 as last_hour from rows semi join (${found}) using (id)`,
    );
    expect(night).toEqual({ rows: 17_619, last_hour: 3 });
    const [correlation] = await database.rows(nightCorrelations);
    expect(correlation).toEqual({
      with_later: expect.closeTo(0.85, 2),
      with_earlier: expect.closeTo(0.44, 2),
    });
  });

  it('are not found once they are repaired, so it is the date that gives them away and not the hour', async () => {
    await database.run(rowsLike('case when minute_of_day < 240 then local_date + 1 else local_date end'));
    expect(await database.rows(misdatedNight)).toEqual([]);
  });
});

describe('the clock', () => {
  const offsets = (airport: string, date: string) =>
    database.rows(`select distinct (epoch(local_date)::integer // 60 + minute_of_day - time) as minutes
      from ${literal(ingested.files.rows)} where origin = '${airport}' and local_date = '${date}'`);

  it.each([
    ['JFK', '2001-03-31', -300, 'New York in winter'],
    ['JFK', '2001-05-01', -240, 'New York in summer'],
    ['IND', '2001-05-01', -300, 'Indianapolis, which knew no summer time in 2001'],
    ['EVV', '2001-05-01', -300, 'Evansville, which keeps Chicago time'],
    ['PHX', '2001-05-01', -420, 'Phoenix, which knows no summer time'],
    ['ELP', '2001-05-01', -360, 'El Paso, on mountain time in a central state'],
    ['HNL', '2001-05-01', -600, 'Honolulu'],
  ])('of %s on %s is %i minutes off UTC: %s', async (airport, date, minutes) => {
    expect(await offsets(airport, date)).toEqual([{ minutes }]);
  });

  it('is known for every airport', () => {
    const missing = ingested.findings.find(({ expectation }) => expectation.endsWith('not null'));
    expect(missing?.broken).toBe(0);
  });
});

it('no label is known before its flight has landed, and none lands before it departs', async () => {
  const [wrong] = await database.rows(`select count(*)::integer as n from ${literal(ingested.files.rows)}
    where known_at < landed_at or landed_at < time + 40`);
  expect(wrong).toEqual({ n: 0 });
});
