// Garbage collection: old versions that nobody needs give their disk space back. What an alias or an endpoint names, and what
// a rollback would bring back, always stays.

import { type Clock, FlightdeckError } from '@flightdeck/core';
import type { Artifacts, StoredBlob } from './artifacts.ts';
import { takeTurn } from './blob-guard.ts';
import { inTransaction } from './database.ts';
import { listEndpoints } from './endpoints.ts';
import { parseReference } from './names.ts';
import type { Database } from './tables.ts';
import { currentAliases, readTransitions, rollbackTarget } from './transitions.ts';
import { listVersions, livingVersions, type ModelVersion } from './versions.ts';

export interface GarbageOptions {
  /** How many of each model's newest versions stay in any case. */
  readonly keepLast: number;
  /** Delete versions of this model only. */
  readonly model?: string;
  /** Say what would go, and delete nothing. */
  readonly dryRun?: boolean;
  /** Blobs that were put less than this many milliseconds ago stay: a registration may be under way. */
  readonly graceMs: number;
}

export interface Garbage {
  readonly versions: readonly { readonly model: string; readonly version: number }[];
  /** SHA-256 of every blob that went. */
  readonly blobs: readonly string[];
  /** What the blobs took on disk. */
  readonly bytes: number;
}

/** No file takes an hour to write, so what is still temporary then has no writer any more. */
const leftoverGraceMs = 3_600_000;

/** Registrations wait while so many blobs are deleted, so it is few enough for a second. */
const blobsPerTurn = 50;

/**
 * May be killed at any moment. 1. Mark the versions that nobody needs as deleted; their rows stay. 2. Delete the blobs that no
 * living version's manifest names. Registrations wait while some are deleted, and look again afterwards whether their blobs are
 * there.
 */
export async function collectGarbage(
  db: Database,
  artifacts: Artifacts,
  clock: Clock,
  options: GarbageOptions,
): Promise<Garbage> {
  checkOptions(options);
  const now = clock();
  const versions = await inTransaction(db, async (transaction) => {
    const expendable = await expendableVersions(transaction, options);
    if (!options.dryRun) await markDeleted(transaction, expendable, new Date(now).toISOString());
    return expendable.map(({ model, version }) => ({ model, version }));
  });
  const before = now - options.graceMs;
  const candidates = await unnamed(db, await artifacts.list(), versions);
  const blobs: StoredBlob[] = [];
  for (let start = 0; start < candidates.length; start += blobsPerTurn) {
    const some = candidates.slice(start, start + blobsPerTurn);
    blobs.push(
      ...(options.dryRun
        ? await oldOnes(artifacts, some, before)
        : await inTransaction(db, async (transaction) => {
            await takeTurn(transaction);
            const orphans = await oldOnes(artifacts, await unnamed(transaction, some, versions), before);
            await Promise.all(orphans.map((blob) => artifacts.delete(blob.sha256)));
            return orphans;
          })),
    );
  }
  if (!options.dryRun) await artifacts.dropLeftovers(now - Math.max(options.graceMs, leftoverGraceMs));
  return {
    versions,
    blobs: blobs.map((blob) => blob.sha256),
    bytes: blobs.reduce((sum, blob) => sum + blob.bytes, 0),
  };
}

async function expendableVersions(db: Database, { model, keepLast }: GarbageOptions) {
  const models = Map.groupBy(await livingVersions(db), (version) => version.model);
  if (model !== undefined) await listVersions(db, model);
  const expendable: ModelVersion[] = [];
  for (const [name, versions] of models) {
    if (model !== undefined && model !== name) continue;
    const needed = await neededVersions(db, name, versions);
    // Newest first, so the ones that stay in any case come first.
    expendable.push(...versions.slice(keepLast).filter(({ version }) => !needed.has(version)));
  }
  return expendable;
}

/** What aliases point at, what a rollback of each would bring back, and what endpoints name by number. */
async function neededVersions(
  db: Database,
  model: string,
  versions: readonly ModelVersion[],
): Promise<ReadonlySet<number>> {
  const living = new Set(versions.map(({ version }) => version));
  const needed = new Set<number>();
  for (const { alias, to } of await currentAliases(db, model)) {
    const target = rollbackTarget(await readTransitions(db, model, alias), (version) => living.has(version));
    needed.add(to);
    if (target) needed.add(target.to);
  }
  const endpoints = (await listEndpoints(db)).filter((endpoint) => endpoint.model === model);
  for (const { target } of endpoints.flatMap(({ traffic, shadows }) => [...traffic, ...shadows])) {
    const reference = parseReference(target);
    if (reference.kind === 'number') needed.add(reference.version);
    if (reference.kind === 'latest') needed.add(Math.max(...living));
  }
  return needed;
}

async function markDeleted(db: Database, versions: readonly ModelVersion[], at: string): Promise<void> {
  for (const { model, version } of versions) {
    await db
      .updateTable('versions')
      .set({ deleted_at: at })
      .where('model', '=', model)
      .where('version', '=', version)
      .execute();
  }
}

/** What no living version names, those that are about to be deleted left out of account. */
async function unnamed(
  db: Database,
  blobs: readonly StoredBlob[],
  deleted: readonly { readonly model: string; readonly version: number }[],
): Promise<readonly StoredBlob[]> {
  const gone = new Set(deleted.map(({ model, version }) => `${model}/${version}`));
  const living = (await livingVersions(db)).filter((one) => !gone.has(`${one.model}/${one.version}`));
  const named = new Set(living.flatMap(({ digest, files }) => [digest, ...files.map((file) => file.sha256)]));
  return blobs.filter((blob) => !named.has(blob.sha256));
}

async function oldOnes(artifacts: Artifacts, blobs: readonly StoredBlob[], before: number) {
  const times = await Promise.all(blobs.map((blob) => artifacts.putAt(blob.sha256)));
  return blobs.filter((_blob, index) => (times[index] ?? Number.POSITIVE_INFINITY) <= before);
}

/** A keepLast of NaN would keep nothing. */
function checkOptions({ keepLast, graceMs }: GarbageOptions): void {
  if (Number.isInteger(keepLast) && keepLast >= 0 && graceMs >= 0) return;
  throw new FlightdeckError(
    'GARBAGE_OPTIONS_INVALID',
    `keepLast is ${keepLast} and graceMs is ${graceMs}. Give a whole number of versions and milliseconds, 0 or more.`,
  );
}
