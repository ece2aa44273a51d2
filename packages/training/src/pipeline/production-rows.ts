// Production rows: what was served and has its label by now, as monitoring exports it. Features are those that the answer was made
// of, whatever was looked up or left out then, so that what is learnt from is what is served.

import { existsSync } from 'node:fs';
import { FlightdeckError, messageOf, sha256OfFile } from '@flightdeck/core';
import { type Database, identifier, literal } from '@flightdeck/dataset';
import type { FeatureView } from '@flightdeck/features';

/** Ids of production rows begin here; a dataset's are row numbers of its file. */
export const productionIds = 1_000_000_000;

/** The newest moment of a production row, minutes since 1970 UTC; null where there are no rows. */
export interface ProductionRows {
  readonly rows: number;
  readonly newest: number | null;
}

/**
 * Makes the table `production` like a feature table (id, time, features, label), with `known_at`: when the label was known at the
 * latest, by the usual delay. PRODUCTION_ROWS_MISSING; PRODUCTION_ROWS_INVALID names what is wrong with the file.
 */
export async function openProduction(
  database: Database,
  view: FeatureView,
  path: string,
  delay: number,
): Promise<ProductionRows> {
  requireFile(path);
  await requireColumns(database, view, path);
  const features = Object.entries(view.features).map(([name, { kind }]) => {
    const column = identifier(name);
    return `try_cast(${column} as ${kind === 'category' ? 'varchar' : 'float'}) as ${column}`;
  });
  await database.run(`create or replace table production as
    select (${productionIds} + file_row_number)::integer as id, try_cast(time as integer) as time, try_cast(time as integer) + ${delay} as known_at,
      ${features.join(', ')}, try_cast(label as integer) as label
    from read_parquet(${literal(path)}, file_row_number = true)`);
  const [found] = await database.rows(`select count(*)::integer as rows, max(time) as newest,
    count(*) filter (time is null or label is null or label not in (0, 1))::integer as broken from production`);
  if (found!.broken !== 0)
    throw invalid(path, `${found!.broken} rows have no time, or a label that is neither 0 nor 1`);
  return { rows: Number(found!.rows), newest: found!.newest as number | null };
}

/** SHA-256 of the file. PRODUCTION_ROWS_MISSING. */
export async function digestProduction(path: string): Promise<string> {
  requireFile(path);
  return sha256OfFile(path);
}

function requireFile(path: string): void {
  if (existsSync(path)) return;
  throw new FlightdeckError(
    'PRODUCTION_ROWS_MISSING',
    `${path} is not there. Export the matured production rows again.`,
  );
}

async function requireColumns(database: Database, view: FeatureView, path: string): Promise<void> {
  let described: Awaited<ReturnType<Database['rows']>>;
  try {
    described = await database.rows(`describe select * from read_parquet(${literal(path)})`);
  } catch (error) {
    throw invalid(path, messageOf(error), error);
  }
  const present = new Set(described.map(({ column_name }) => column_name));
  const missing = ['time', 'label', ...Object.keys(view.features)].filter((name) => !present.has(name));
  if (missing.length > 0) throw invalid(path, `it has no column ${missing.join(', ')}`);
}

function invalid(path: string, why: string, cause?: unknown): FlightdeckError {
  return new FlightdeckError(
    'PRODUCTION_ROWS_INVALID',
    `${path} cannot be learnt from: ${why}. Export the matured production rows again, by the feature view of the model.`,
    { cause },
  );
}
