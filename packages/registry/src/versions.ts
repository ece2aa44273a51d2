// Model versions: immutable bundles that a run produced and the gate judged, numbered from 1 for each model.

import { FlightdeckError } from '@flightdeck/core';
import type { Selectable } from 'kysely';
import {
  type FileEntry,
  type GateOutcome,
  gateSchema,
  type Metrics,
  manifestSchema,
  metricsSchema,
} from './schema.ts';
import type { Database, Tables } from './tables.ts';

export interface ModelVersion {
  readonly model: string;
  readonly version: number;
  /** SHA-256 of the bundle's manifest: equal digests, equal bundles. */
  readonly digest: string;
  readonly runId: string;
  readonly metrics: Metrics;
  readonly gate: GateOutcome;
  readonly files: readonly FileEntry[];
  readonly bytes: number;
  readonly createdBy: string;
  readonly createdAt: string;
  /** Set when garbage collection has taken it. The row stays, so that logs and reports keep their meaning. */
  readonly deletedAt: string | null;
}

/** A version, as its run's list of results names it. */
export type RunVersion = Pick<ModelVersion, 'model' | 'version' | 'runId' | 'deletedAt'>;

/** The names of all models that have ever had a version, sorted. */
export async function modelNames(db: Database): Promise<readonly string[]> {
  const rows = await db.selectFrom('versions').select('model').distinct().orderBy('model').execute();
  return rows.map((row) => row.model);
}

/** A part of a list: so many, below this version's number. */
export interface VersionPage {
  readonly limit?: number;
  readonly before?: number;
}

/** Versions of a model, deleted ones too, newest first; all of them, or a page. MODEL_NOT_FOUND lists the models that exist. */
export async function listVersions(
  db: Database,
  model: string,
  { limit, before }: VersionPage = {},
): Promise<readonly ModelVersion[]> {
  let query = selectVersions(db, model);
  if (before !== undefined) query = query.where('version', '<', before);
  if (limit !== undefined) query = query.limit(limit);
  const rows = await query.execute();
  if (rows.length === 0 && !(await isKnown(db, model))) throw await modelNotFound(db, model);
  return rows.map(asVersion);
}

async function isKnown(db: Database, model: string): Promise<boolean> {
  return (await selectVersions(db, model).limit(1).executeTakeFirst()) !== undefined;
}

/** Which versions came of these runs, oldest first. */
export async function versionsOfRuns(
  db: Database,
  runIds: readonly string[],
): Promise<readonly RunVersion[]> {
  if (runIds.length === 0) return [];
  const rows = await db
    .selectFrom('versions')
    .select(['model', 'version', 'run_id', 'deleted_at'])
    .where('run_id', 'in', runIds)
    .orderBy('model')
    .orderBy('version')
    .execute();
  return rows.map((row) => ({
    ...{ model: row.model, version: row.version },
    ...{ runId: row.run_id, deletedAt: row.deleted_at },
  }));
}

/** Every version that can be read, of all models, newest first. */
export async function livingVersions(db: Database): Promise<readonly ModelVersion[]> {
  const rows = await db
    .selectFrom('versions')
    .selectAll()
    .where('deleted_at', 'is', null)
    .orderBy('version', 'desc')
    .execute();
  return rows.map(asVersion);
}

/** A version that can be read. MODEL_NOT_FOUND, VERSION_NOT_FOUND or VERSION_DELETED. */
export async function livingVersion(db: Database, model: string, version: number): Promise<ModelVersion> {
  const row = await selectVersions(db, model).where('version', '=', version).executeTakeFirst();
  if (!row) throw versionNotFound(model, String(version), await listVersions(db, model));
  const found = asVersion(row);
  if (found.deletedAt !== null) throw versionDeleted(found);
  return found;
}

/** The newest version that can be read. MODEL_NOT_FOUND or VERSION_NOT_FOUND. */
export async function latestVersion(db: Database, model: string): Promise<ModelVersion> {
  const row = await selectVersions(db, model).where('deleted_at', 'is', null).limit(1).executeTakeFirst();
  if (!row) throw versionNotFound(model, 'latest', await listVersions(db, model));
  return asVersion(row);
}

function selectVersions(db: Database, model: string) {
  return db.selectFrom('versions').selectAll().where('model', '=', model).orderBy('version', 'desc');
}

export function asVersion(row: Selectable<Tables['versions']>): ModelVersion {
  return {
    model: row.model,
    version: row.version,
    digest: row.digest,
    runId: row.run_id,
    metrics: metricsSchema.parse(JSON.parse(row.metrics)),
    gate: gateSchema.parse(JSON.parse(row.gate)),
    files: manifestSchema.parse(JSON.parse(row.files)),
    bytes: row.bytes,
    createdBy: row.created_by,
    createdAt: row.created_at,
    deletedAt: row.deleted_at,
  };
}

async function modelNotFound(db: Database, model: string): Promise<FlightdeckError> {
  const names = await modelNames(db);
  const remedy =
    names.length === 0
      ? 'The registry is empty: train a model with `npx flightdeck train`.'
      : `The registry has ${names.join(', ')}.`;
  return new FlightdeckError('MODEL_NOT_FOUND', `No model is called ${model}. ${remedy}`);
}

function versionNotFound(model: string, wanted: string, all: readonly ModelVersion[]): FlightdeckError {
  const living = all.filter((version) => version.deletedAt === null).map((version) => version.version);
  const have = living.length === 0 ? 'all of its versions were deleted' : `it has ${living.join(', ')}`;
  return new FlightdeckError(
    'VERSION_NOT_FOUND',
    `${model} has no version ${wanted}: ${have}. Choose one of them, or train one with \`npx flightdeck train\`.`,
  );
}

function versionDeleted({ model, version, deletedAt }: ModelVersion): FlightdeckError {
  return new FlightdeckError(
    'VERSION_DELETED',
    `Version ${version} of ${model} was collected as garbage at ${deletedAt}. ` +
      `Choose another one (\`npx flightdeck models show ${model}\`), or train it again.`,
  );
}
