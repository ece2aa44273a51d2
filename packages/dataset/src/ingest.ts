// Ingestion: from the declared files to clean rows in Parquet, with what was set aside beside them and a manifest that counts both.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, FlightdeckError, messageOf, sha256OfFile, writeFileAtomic } from '@flightdeck/core';
import { type DatasetDefinition, datasetVersion, type SourceFile } from './definition.ts';
import { type Database, identifier, literal } from './duckdb.ts';
import { brokenRows, type Expectation, nameOf, type Severity, tolerated } from './expectations.ts';

export interface IngestedDataset {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly rows: { readonly read: number; readonly accepted: number; readonly quarantined: number };
  /** First and last `time` of the accepted rows, minutes since 1970 UTC. */
  readonly time: { readonly first: number; readonly last: number };
  readonly findings: readonly Finding[];
  readonly files: { readonly rows: string; readonly quarantine: string; readonly manifest: string };
}

export interface Finding {
  readonly expectation: string;
  readonly severity: Severity;
  /** How many rows (for category growth: categories) break it. */
  readonly broken: number;
  readonly holds: boolean;
}

/**
 * Reads, checks and cleans a dataset, and writes `rows.parquet`, `quarantine.parquet` and `manifest.json` below `folder`, each
 * atomically; the manifest last, so a folder with a manifest is whole.
 *
 * Throws SOURCE_MISSING, SOURCE_CHANGED, SOURCE_UNREADABLE or SCHEMA_MISMATCH before anything is written, EXPECTATION_FAILED when
 * an expectation of severity `stop` is broken, and QUARANTINE_OVERFLOW when too large a share of the rows is bad; in the last case
 * the quarantine file is there to be looked at.
 */
export async function ingest(
  database: Database,
  definition: DatasetDefinition,
  options: { folder: string; clock: Clock },
): Promise<IngestedDataset> {
  for (const [name, file] of Object.entries(definition.files)) await openSource(database, name, file);
  await database.run(`create or replace table rows as ${definition.rows}`);
  const findings = await check(database, definition.expectations);

  const folder = join(options.folder, datasetVersion(definition).slice(0, 16));
  const files = {
    rows: join(folder, 'rows.parquet'),
    quarantine: join(folder, 'quarantine.parquet'),
    manifest: join(folder, 'manifest.json'),
  };
  await database.writeParquet(
    `select rows.*, reasons from rows join (select id, string_agg(reason, '; ' order by reason) as reasons from broken group by id) using (id) order by id`,
    files.quarantine,
  );
  const counts = await count(database);
  refuse(definition, findings, counts, files.quarantine);
  await database.writeParquet('select * from rows anti join broken using (id) order by id', files.rows);

  const ingested: IngestedDataset = {
    name: definition.name,
    version: datasetVersion(definition),
    licence: definition.licence,
    rows: { read: counts.read, accepted: counts.read - counts.quarantined, quarantined: counts.quarantined },
    time: { first: counts.first, last: counts.last },
    findings,
    files,
  };
  await database.run('drop table rows; drop table broken;');
  await writeFileAtomic(
    files.manifest,
    `${JSON.stringify({ ...ingested, citation: definition.citation, writtenAt: new Date(options.clock()).toISOString() }, null, 2)}\n`,
  );
  return ingested;
}

async function openSource(database: Database, name: string, file: SourceFile): Promise<void> {
  if (!existsSync(file.path)) {
    throw new FlightdeckError(
      'SOURCE_MISSING',
      `${file.path} is not there. Run \`npm ci\`, which brings it.`,
    );
  }
  const sha256 = await sha256OfFile(file.path);
  if (sha256 !== file.sha256) {
    throw new FlightdeckError(
      'SOURCE_CHANGED',
      `${file.path} has SHA-256 ${sha256.slice(0, 12)}…, not the declared ${file.sha256.slice(0, 12)}…. ` +
        'It is truncated, altered or another release: reinstall with `npm ci`, or declare the new checksum if the change is meant.',
    );
  }
  const reader =
    file.format === 'parquet'
      ? `read_parquet(${literal(file.path)}, file_row_number = true)`
      : `read_csv(${literal(file.path)})`;
  try {
    await database.run(`create or replace view ${identifier(name)} as select * from ${reader}`);
  } catch (error) {
    throw new FlightdeckError(
      'SOURCE_UNREADABLE',
      `${file.path} cannot be read as ${file.format}: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
  await requireSchema(database, name, file);
}

async function requireSchema(database: Database, name: string, file: SourceFile): Promise<void> {
  const found = await database.rows(`describe ${identifier(name)}`);
  const actual = Object.fromEntries(found.map((column) => [column.column_name, column.column_type]));
  const differences = Object.entries(file.columns)
    .filter(([column, type]) => actual[column] !== type)
    .map(([column, type]) => `${column} should be ${type} and is ${actual[column] ?? 'missing'}`);
  if (differences.length > 0) {
    throw new FlightdeckError('SCHEMA_MISMATCH', `${file.path}: ${differences.join('; ')}.`);
  }
}

/** Fills the table `broken` (id, reason) with what is to be quarantined, and tells what was found. */
async function check(database: Database, expectations: readonly Expectation[]): Promise<Finding[]> {
  await database.run('create or replace table broken (id integer, reason varchar)');
  const findings: Finding[] = [];
  for (const expectation of expectations) {
    await database.run(`create or replace temp table finding as ${brokenRows(expectation)}`);
    const [found] = await database.rows(
      `select count(*)::integer as broken, count(*) <= ${tolerated(expectation)} as holds from finding`,
    );
    findings.push({
      expectation: nameOf(expectation),
      severity: expectation.severity,
      broken: Number(found?.broken),
      holds: Boolean(found?.holds),
    });
    if (expectation.severity === 'quarantine') {
      await database.run(`insert into broken select id, ${literal(nameOf(expectation))} from finding`);
    }
  }
  await database.run('drop table if exists finding');
  return findings;
}

interface Counts {
  readonly read: number;
  readonly quarantined: number;
  readonly first: number;
  readonly last: number;
}

async function count(database: Database): Promise<Counts> {
  const [row] = await database.rows(`select
    (select count(*) from rows)::integer as read,
    (select count(distinct id) from broken)::integer as quarantined,
    min(time) as first, max(time) as last
    from rows anti join broken using (id)`);
  return {
    read: Number(row?.read),
    quarantined: Number(row?.quarantined),
    first: Number(row?.first),
    last: Number(row?.last),
  };
}

function refuse(
  definition: DatasetDefinition,
  findings: readonly Finding[],
  counts: Counts,
  quarantineFile: string,
): void {
  const failed = findings.find((finding) => finding.severity === 'stop' && !finding.holds);
  if (failed) {
    throw new FlightdeckError(
      'EXPECTATION_FAILED',
      `${definition.name}: "${failed.expectation}" does not hold (${failed.broken} cases). Ingestion stopped, nothing was replaced.`,
    );
  }
  const share = counts.quarantined / counts.read;
  if (counts.read === 0 || share > definition.maximumQuarantinedShare) {
    throw new FlightdeckError(
      'QUARANTINE_OVERFLOW',
      `${definition.name}: ${counts.quarantined} of ${counts.read} rows broke a rule, more than the ` +
        `${definition.maximumQuarantinedShare * 100} % that may. Look at the reasons in ${quarantineFile}, then mend the source or the rule.`,
    );
  }
}
