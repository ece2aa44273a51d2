// Registration: what a training run ends with. Blobs first, the row last, so that whatever is killed and whenever, a version
// is visible only when it is whole.

import { type Clock, canonicalJson, FlightdeckError } from '@flightdeck/core';
import type { Artifacts } from './artifacts.ts';
import { takeTurn } from './blob-guard.ts';
import { type BundleFiles, type StoredBundle, storeBundle } from './bundles.ts';
import { inTransaction } from './database.ts';
import { checkModelName } from './names.ts';
import { getRun } from './runs.ts';
import { type GateOutcome, gateSchema, type Metrics, metricsSchema } from './schema.ts';
import type { Database } from './tables.ts';
import { asVersion, type ModelVersion } from './versions.ts';

export interface Registration {
  readonly model: string;
  readonly runId: string;
  readonly files: BundleFiles;
  readonly metrics: Metrics;
  readonly gate: GateOutcome;
  /** Who or what registers it: a person, `trainer`. */
  readonly createdBy: string;
}

/** How often blobs are stored again when garbage collection takes one before the row is in. Once is already rare. */
const maximumTries = 3;

/**
 * Registers a bundle as the model's next version. The same content registered again returns the version it already is, so
 * a job that is killed and retried leaves one. MODEL_NAME_INVALID, BUNDLE_EMPTY, BUNDLE_PATH_INVALID, RUN_NOT_FOUND.
 */
export async function registerVersion(
  db: Database,
  artifacts: Artifacts,
  clock: Clock,
  registration: Registration,
): Promise<ModelVersion> {
  checkModelName(registration.model);
  if (Object.keys(registration.files).length === 0) throw bundleEmpty(registration.model);
  for (let tries = 1; tries <= maximumTries; tries++) {
    const bundle = await storeBundle(artifacts, registration.files);
    const version = await inTransaction(db, async (transaction) => {
      await takeTurn(transaction);
      // What is whole now stays whole once the row is in.
      if (!(await isWhole(artifacts, bundle))) return undefined;
      return (
        (await findSame(transaction, registration.model, bundle.digest)) ??
        (await insertNext(transaction, registration, bundle, new Date(clock()).toISOString()))
      );
    });
    if (version) return version;
  }
  throw new FlightdeckError(
    'BUNDLE_INCOMPLETE',
    `Blobs of a new version of ${registration.model} keep vanishing from the artifacts while it is registered. ` +
      'Stop what deletes them (garbage collection with too short a grace period?) and register it again.',
    { retryable: true },
  );
}

async function isWhole(artifacts: Artifacts, bundle: StoredBundle): Promise<boolean> {
  const hashes = [bundle.digest, ...bundle.files.map((file) => file.sha256)];
  return (await Promise.all(hashes.map(artifacts.has))).every(Boolean);
}

async function findSame(db: Database, model: string, digest: string): Promise<ModelVersion | undefined> {
  const row = await db
    .selectFrom('versions')
    .selectAll()
    .where('model', '=', model)
    .where('digest', '=', digest)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return row && asVersion(row);
}

async function insertNext(
  db: Database,
  { model, runId, metrics, gate, createdBy }: Registration,
  bundle: StoredBundle,
  createdAt: string,
): Promise<ModelVersion> {
  await getRun(db, runId);
  // Deleted versions keep their number: no number ever means two things.
  const { last } = await db
    .selectFrom('versions')
    .select((query) => query.fn.max('version').as('last'))
    .where('model', '=', model)
    .executeTakeFirstOrThrow();
  const row = {
    model,
    version: Number(last ?? 0) + 1,
    digest: bundle.digest,
    run_id: runId,
    metrics: JSON.stringify(metricsSchema.parse(metrics)),
    gate: JSON.stringify(gateSchema.parse(gate)),
    files: canonicalJson(bundle.files),
    bytes: bundle.bytes,
    created_by: createdBy,
    created_at: createdAt,
    deleted_at: null,
  };
  await db.insertInto('versions').values(row).execute();
  return asVersion(row);
}

function bundleEmpty(model: string): FlightdeckError {
  return new FlightdeckError(
    'BUNDLE_EMPTY',
    `A version of ${model} needs at least one file. Hand in the bundle that training exported.`,
  );
}
