// A snapshot on disk: `snapshots/<model>/<digest>/` below the state directory holds `rows.parquet`, `manifest.json`, and what
// trials make of them in `trials/`. The digest is that of the manifest, which holds the hash of the rows.

import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  asStateError,
  FlightdeckError,
  isSystemError,
  sha256,
  sha256OfFile,
  writeFileAtomic,
} from '@flightdeck/core';
import { literal, openDatabase, type Part } from '@flightdeck/dataset';
import { featureVersion } from '@flightdeck/features';
import { z } from 'zod';
import { type FeatureColumns, readFeatureColumns } from '../../feature-columns.ts';
import type { ModelDefinition } from '../../model-definition.ts';

const partSchema = z.object({ part: z.enum(['train', 'validation', 'test']), from: z.int(), until: z.int() });

/** Everything the rows were made from, and nothing that differs from one making to the next. */
const manifestSchema = z.object({
  model: z.string(),
  datasetVersion: z.string(),
  featureVersion: z.string(),
  /** SHA-256 of the file of production rows; null where there was none. */
  production: z.string().nullable(),
  rowsSha256: z.string(),
  /** Of the dataset. */
  source: z.object({ read: z.number(), quarantined: z.number() }),
  parts: z.array(partSchema),
  rows: z.object({ train: z.number(), validation: z.number(), test: z.number() }),
  testedOn: z.enum(['production', 'history']),
  notes: z.array(z.string()),
});
export type SnapshotManifest = z.infer<typeof manifestSchema>;

/** How many snapshots of a model stay: that of the flow under way, and two to look back at. */
const kept = 3;

/**
 * Stores a snapshot whose rows `write` writes to the path it is given. The manifest comes last, so that a folder with one is whole;
 * storing the same again changes nothing. Drops the oldest snapshots.
 */
export async function storeSnapshot(
  home: string,
  model: string,
  write: (path: string) => Promise<Omit<SnapshotManifest, 'rowsSha256'>>,
): Promise<{ path: string; digest: string; manifest: SnapshotManifest }> {
  const all = join(home, 'snapshots', model);
  const making = await makeFolder(all);
  try {
    const rows = join(making, 'rows.parquet');
    const described = await write(rows);
    const manifest = manifestSchema.parse({ ...described, rowsSha256: await sha256OfFile(rows) });
    const text = `${JSON.stringify(manifest, null, 1)}\n`;
    const digest = sha256(text);
    const path = snapshotFolder(home, model, digest);
    await mkdir(path, { recursive: true });
    await rename(rows, join(path, 'rows.parquet'));
    await writeFileAtomic(join(path, 'manifest.json'), text);
    await rm(making, { recursive: true });
    await dropOldest(all);
    return { path, digest, manifest };
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    throw error;
  }
}

/** A folder to write to, beside where it will be. */
async function makeFolder(within: string): Promise<string> {
  try {
    await mkdir(within, { recursive: true });
    return await mkdtemp(join(within, '.making-'));
  } catch (error) {
    throw asStateError(error, within);
  }
}

/** What was left by a process that was killed while it wrote is dropped likewise, once it is old enough. */
async function dropOldest(folder: string): Promise<void> {
  const names = await readdir(folder);
  const ages = names.map(async (name) => {
    const { mtimeMs } = await stat(join(folder, name)).catch(() => ({ mtimeMs: 0 })); // somebody else dropped it
    return { name, mtimeMs };
  });
  const oldest = (await Promise.all(ages)).sort((a, b) => b.mtimeMs - a.mtimeMs).slice(kept);
  await Promise.all(oldest.map(({ name }) => rm(join(folder, name), { recursive: true, force: true })));
}

export function snapshotFolder(home: string, model: string, digest: string): string {
  return join(home, 'snapshots', model, digest);
}

export interface OpenSnapshot {
  readonly manifest: SnapshotManifest;
  read(part: Part): Promise<FeatureColumns>;
  close(): Promise<void>;
}

/** Opens a snapshot, verified. SNAPSHOT_MISSING, SNAPSHOT_DAMAGED, SNAPSHOT_OUTDATED. */
export async function openSnapshot(
  home: string,
  model: ModelDefinition,
  digest: string,
): Promise<OpenSnapshot> {
  const folder = snapshotFolder(home, model.name, digest);
  const rows = join(folder, 'rows.parquet');
  const manifest = await readManifest(folder, model.name, digest);
  if (manifest.featureVersion !== featureVersion(model.features)) {
    throw refusal(
      'OUTDATED',
      model.name,
      digest,
      'was made with other feature definitions than the code has now',
    );
  }
  if ((await sha256OfFile(rows)) !== manifest.rowsSha256) {
    throw refusal('DAMAGED', model.name, digest, 'has other rows than its manifest says');
  }
  const database = await openDatabase();
  await database.run(`create view snapshot as select * from read_parquet(${literal(rows)})`);
  return {
    manifest,
    read: (part) => readFeatureColumns(database, model.features, 'snapshot', `part = ${literal(part)}`),
    close: () => database.close(),
  };
}

async function readManifest(folder: string, model: string, digest: string): Promise<SnapshotManifest> {
  try {
    const text = await readFile(join(folder, 'manifest.json'), 'utf8');
    if (sha256(text) === digest) return manifestSchema.parse(JSON.parse(text));
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'ENOTDIR')) throw error;
    throw refusal('MISSING', model, digest, `is not at ${folder}`);
  }
  throw refusal('DAMAGED', model, digest, 'has another manifest than its digest says');
}

function refusal(what: 'MISSING' | 'DAMAGED' | 'OUTDATED', model: string, digest: string, why: string) {
  return new FlightdeckError(
    `SNAPSHOT_${what}`,
    `The snapshot ${digest.slice(0, 12)} of ${model} ${why}. Start the retraining again: it takes a new one.`,
  );
}
