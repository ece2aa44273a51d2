// Moves a registry with its artifacts to another place: from files to PostgreSQL and S3, and back.

import { type Clock, FlightdeckError, sha256 } from '@flightdeck/core';
import { type Artifacts, openArtifacts } from './artifacts.ts';
import { verifyBundle } from './bundles.ts';
import { addRows, copiedTables, digestOf, missingRows, type TableDigest } from './copied-tables.ts';
import { engineAt, inTransaction, openDatabase } from './database.ts';
import type { RegistryLocation } from './location.ts';
import type { Database } from './tables.ts';
import { livingVersions, type ModelVersion } from './versions.ts';

export interface CopyOptions {
  readonly clock: Clock;
  /** So many of all blobs are in their new place, or have been read back from there. */
  readonly onProgress?: (step: 'copied' | 'verified', done: number, all: number) => void;
}

export interface RegistryCopy {
  /** Without passwords. */
  readonly from: PlaceTitles;
  readonly to: PlaceTitles;
  /** The same in both places, as read after the copy. */
  readonly tables: readonly TableDigest[];
  /** How many the copy needs, and how many of them were not there before. */
  readonly blobs: { readonly all: number; readonly copied: number };
}

interface PlaceTitles {
  readonly database: string;
  readonly artifacts: string;
}

interface Place {
  readonly db: Database;
  readonly artifacts: Artifacts;
  readonly titles: PlaceTitles;
}

/**
 * Copies what the registry at `from` holds to `to`, with ids, logs and times as they are. 1. Blobs, each durable before the next:
 * what a killed copy has left is found again. 2. All rows in one transaction, so that whoever reads `to` sees all or nothing.
 * 3. Everything is read back and compared.
 *
 * REGISTRY_NOT_EMPTY where `to` holds anything but an earlier copy, REGISTRY_MOVING (retryable) where somebody writes to `from`
 * meanwhile, BUNDLE_INCOMPLETE or BUNDLE_TAMPERED where a blob of `from` is not what was registered, COPY_DIFFERS where what is
 * read back is not what was written, COPY_TO_ITSELF.
 */
export async function copyRegistry(
  from: RegistryLocation,
  to: RegistryLocation,
  { clock, onProgress = () => {} }: CopyOptions,
): Promise<RegistryCopy> {
  return atPlace(from, clock, (source) =>
    atPlace(to, clock, async (target) => {
      const samePlaces = (Object.keys(source.titles) as (keyof PlaceTitles)[]).filter(
        (part) => source.titles[part] === target.titles[part],
      );
      if (samePlaces.length === 2) throw toItself(source);
      const movesRows = !samePlaces.includes('database');
      // Before any blob is sent: a target that is refused is left as it was.
      if (movesRows)
        await Promise.all(copiedTables.map((table) => missingFrom(target, source.db, target.db, table)));
      const blobs = await blobsOf(source.db);
      const copied = await copyBlobs(blobs, source, target, (done) => onProgress('copied', done, blobs.size));
      const tables = await inTransaction(source.db, async (snapshot) => {
        for (const hash of (await blobsOf(snapshot)).keys()) if (!blobs.has(hash)) throw moving(source);
        if (movesRows)
          await inTransaction(target.db, (transaction) => copyRows(target, snapshot, transaction));
        return Promise.all(copiedTables.map((table) => digestOf(table, snapshot)));
      });
      for (const table of tables) await verifyTable(table, target);
      await verifyBlobs(blobs, target, (done) => onProgress('verified', done, blobs.size));
      return { from: source.titles, to: target.titles, tables, blobs: { all: blobs.size, copied } };
    }),
  );
}

async function atPlace<Result>(
  location: RegistryLocation,
  clock: Clock,
  work: (place: Place) => Promise<Result>,
): Promise<Result> {
  const artifacts = await openArtifacts(location, clock);
  const engine = await engineAt(location);
  const db = await openDatabase(engine);
  const titles = { database: engine.title, artifacts: artifacts.title };
  return work({ db, artifacts, titles }).finally(() => db.destroy());
}

/** Every blob that a version needs which can be read, and a version that needs it. */
async function blobsOf(db: Database): Promise<ReadonlyMap<string, ModelVersion>> {
  const versions = await livingVersions(db);
  const hashes = (version: ModelVersion) => [version.digest, ...version.files.map((file) => file.sha256)];
  return new Map(versions.flatMap((version) => hashes(version).map((hash) => [hash, version] as const)));
}

/** Returns how many were not there before. */
async function copyBlobs(
  blobs: ReadonlyMap<string, ModelVersion>,
  source: Place,
  target: Place,
  onCopied: (done: number) => void,
): Promise<number> {
  let [done, copied] = [0, 0];
  for (const [hash, version] of blobs) {
    const present = await target.artifacts.get(hash);
    if (!present || sha256(present) !== hash) {
      const data = await source.artifacts.get(hash);
      // It says which file of which version is not what it was.
      if (!data || sha256(data) !== hash) await verifyBundle(source.artifacts, version);
      await target.artifacts.put(data!);
      copied++;
    }
    onCopied(++done);
  }
  return copied;
}

async function copyRows(target: Place, snapshot: Database, transaction: Database): Promise<void> {
  for (const table of copiedTables)
    await addRows(table, await missingFrom(target, snapshot, transaction, table), transaction);
}

function missingFrom(target: Place, from: Database, to: Database, table: (typeof copiedTables)[number]) {
  return missingRows(table, from, to, target.titles.database);
}

async function verifyTable(expected: TableDigest, { db, titles }: Place): Promise<void> {
  const found = await digestOf(expected.table, db);
  if (found.sha256 === expected.sha256) return;
  throw new FlightdeckError(
    'COPY_DIFFERS',
    `${expected.table} has ${expected.rows} rows here and ${found.rows} in ${titles.database}, or others. Does somebody write to it ` +
      'already? Stop everything that uses either place, and copy again.',
  );
}

async function verifyBlobs(
  blobs: ReadonlyMap<string, ModelVersion>,
  { artifacts }: Place,
  onVerified: (done: number) => void,
): Promise<void> {
  let done = 0;
  for (const hash of blobs.keys()) {
    const data = await artifacts.get(hash);
    if (!data || sha256(data) !== hash) {
      throw new FlightdeckError(
        'COPY_DIFFERS',
        `${hash} in ${artifacts.title} is not what was put there. Is something deleting or changing files? Copy again.`,
        { retryable: true },
      );
    }
    onVerified(++done);
  }
}

function moving({ titles }: Place): FlightdeckError {
  return new FlightdeckError(
    'REGISTRY_MOVING',
    `A version was registered in ${titles.database} while it was copied. Stop what trains, and copy again: it goes on where it was.`,
    { retryable: true },
  );
}

function toItself({ titles }: Place): FlightdeckError {
  return new FlightdeckError(
    'COPY_TO_ITSELF',
    `The registry is in ${titles.database} and ${titles.artifacts} already. Name another place for one of them.`,
  );
}
