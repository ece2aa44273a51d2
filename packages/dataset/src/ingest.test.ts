import { copyFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256OfFile } from '@flightdeck/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DatasetDefinition, datasetVersion } from './definition.ts';
import { type Database, literal, openDatabase } from './duckdb.ts';
import { ingest } from './ingest.ts';

// Readings of two sensors, one a minute; the last 4 of 100 are bad, each in its own way.
const readings = `
  select i::integer as i, (i * 10)::double as value, case i % 2 when 0 then 'a' else 'b' end as sensor from range(96) t(i)
  union all select * from (values (96, null, 'a'), (97, -5.0, 'b'), (98, 20.0, 'z'), (2, 20.0, 'a')) t(i, value, sensor)`;

let database: Database;
let folder: string;
let source: string;

beforeAll(async () => {
  database = await openDatabase({ memoryLimit: '200MB' });
});
afterAll(() => database.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flightdeck-ingest-'));
  source = join(folder, 'readings.parquet');
  await database.writeParquet(readings, source);
  return () => rm(folder, { recursive: true });
});

async function definition(changes: Partial<DatasetDefinition> = {}): Promise<DatasetDefinition> {
  return {
    name: 'readings',
    licence: 'MIT',
    citation: 'Made by this test.',
    files: {
      readings: {
        path: source,
        format: 'parquet',
        sha256: await sha256OfFile(source),
        columns: { i: 'INTEGER', value: 'DOUBLE', sensor: 'VARCHAR' },
      },
    },
    rows: 'select file_row_number::integer as id, i as time, i + 5 as known_at, value, sensor from readings',
    expectations: [
      { kind: 'not-null', severity: 'quarantine', columns: ['value'] },
      { kind: 'range', severity: 'quarantine', column: 'value', minimum: 0 },
      { kind: 'rule', severity: 'quarantine', name: 'a known sensor', holds: "sensor in ('a', 'b')" },
      { kind: 'unique', severity: 'quarantine', columns: ['time', 'value', 'sensor'] },
      { kind: 'monotone', severity: 'warn', column: 'time' },
      { kind: 'category-growth', severity: 'warn', column: 'sensor', days: 1, maximumShare: 0 },
    ],
    maximumQuarantinedShare: 0.05,
    ...changes,
  };
}

const options = () => ({ folder: join(folder, 'out'), clock: () => 0 });
const written = async () => readdir(join(folder, 'out'), { recursive: true }).catch(() => []);

describe('ingestion refuses', () => {
  it('a file that is not there', async () => {
    const declared = await definition();
    await rm(source);
    await expect(ingest(database, declared, options())).rejects.toMatchObject({ code: 'SOURCE_MISSING' });
    await writeFile(source, ''); // for the clean-up
  });

  it('a truncated file, by its checksum, and writes nothing', async () => {
    const declared = await definition();
    await truncate(source, 400);
    await expect(ingest(database, declared, options())).rejects.toMatchObject({ code: 'SOURCE_CHANGED' });
    expect(await written()).toEqual([]);
  });

  it('a file whose declared checksum belongs to garbage', async () => {
    await writeFile(source, 'PAR1 and then nothing');
    await expect(ingest(database, await definition(), options())).rejects.toMatchObject({
      code: 'SOURCE_UNREADABLE',
      message: expect.stringContaining(source),
    });
  });

  it('a file with other columns, naming each', async () => {
    await database.writeParquet('select 1::bigint as i, 2.5::double as value', source);
    await expect(ingest(database, await definition(), options())).rejects.toMatchObject({
      code: 'SCHEMA_MISMATCH',
      message: expect.stringMatching(
        /i should be INTEGER and is BIGINT; sensor should be VARCHAR and is missing/,
      ),
    });
  });

  it('too many bad rows, and leaves the quarantine to be looked at', async () => {
    const strict = await definition({ maximumQuarantinedShare: 0.03 });
    await expect(ingest(database, strict, options())).rejects.toMatchObject({
      code: 'QUARANTINE_OVERFLOW',
      message: expect.stringContaining('4 of 100 rows'),
    });
    const files = await written();
    expect(files.filter((file) => file.endsWith('.parquet'))).toEqual([
      expect.stringMatching(/quarantine\.parquet$/),
    ]);
  });

  it('a table that breaks an expectation of severity stop', async () => {
    const stopping = await definition({
      expectations: [{ kind: 'monotone', severity: 'stop', column: 'time' }],
    });
    await expect(ingest(database, stopping, options())).rejects.toMatchObject({
      code: 'EXPECTATION_FAILED',
      message: expect.stringContaining('time monotone in file order'),
    });
  });

  it('to write where it may not, naming the remedy', async () => {
    await writeFile(join(folder, 'out'), 'a file where the folder should be');
    await expect(ingest(database, await definition(), options())).rejects.toMatchObject({
      code: 'STATE_NOT_WRITABLE',
    });
  });
});

describe('ingestion', () => {
  it('quarantines each bad row with its reason, and keeps the rest', async () => {
    const ingested = await ingest(database, await definition(), options());
    expect(ingested.rows).toEqual({ read: 100, accepted: 96, quarantined: 4 });
    const bad = await database.rows(
      `select time, reasons from ${literal(ingested.files.quarantine)} order by id`,
    );
    expect(bad).toEqual([
      { time: 96, reasons: 'value not null' },
      { time: 97, reasons: 'value in [0, inf]' },
      { time: 98, reasons: 'a known sensor' },
      { time: 2, reasons: 'unique by time, value, sensor' },
    ]);
    const [kept] = await database.rows(
      `select count(*)::integer as n, max(time) as last from ${literal(ingested.files.rows)}`,
    );
    expect(kept).toEqual({ n: 96, last: 95 });
  });

  it('reports what only warns: time that goes back, and categories that were never seen before', async () => {
    const { findings } = await ingest(database, await definition(), options());
    const broken = Object.fromEntries(findings.map(({ expectation, broken }) => [expectation, broken]));
    expect(broken['time monotone in file order']).toBe(1);
    expect(broken['sensor: at most 0 % new after 1 days']).toBe(0);
    const strict = await definition({
      expectations: [
        { kind: 'category-growth', severity: 'stop', column: 'sensor', days: 0.01, maximumShare: 0.2 },
      ],
    });
    await expect(ingest(database, strict, options())).rejects.toMatchObject({ code: 'EXPECTATION_FAILED' });
  });

  it('says the same of the same bytes, wherever they lie, and writes the manifest last', async () => {
    const first = await ingest(database, await definition(), options());
    const copy = join(folder, 'copy.parquet');
    await copyFile(source, copy);
    const declared = await definition();
    const moved = { ...declared, files: { readings: { ...declared.files.readings!, path: copy } } };
    const second = await ingest(database, moved, options());
    expect(second.version).toBe(first.version);
    expect(JSON.parse(await readFile(second.files.manifest, 'utf8'))).toMatchObject({
      version: first.version,
      licence: 'MIT',
      rows: { read: 100 },
    });
  });

  it('gives another version to another cleaning or another rule', async () => {
    const declared = await definition();
    const versions = [
      declared,
      { ...declared, rows: `${declared.rows} where i >= 0` },
      { ...declared, expectations: declared.expectations.slice(1) },
    ].map(datasetVersion);
    expect(new Set(versions).size).toBe(3);
  });
});

describe('columns', () => {
  it('come as typed arrays over many chunks, with NaN for NULL', async () => {
    const { x, i } = await database.columns(
      'select i::integer as i, case when i % 3 = 0 then null else i::float end as x from range(5000) t(i) order by i',
    );
    expect(i).toBeInstanceOf(Int32Array);
    expect(i).toHaveLength(5000);
    expect([...x!.slice(0, 4)]).toEqual([Number.NaN, 1, 2, Number.NaN]);
    expect(x![4999]).toBe(4999);
  });

  it('of another type are refused by name', async () => {
    await expect(database.columns("select 'text' as word")).rejects.toThrow(/word is VARCHAR/);
  });
});
