// Bundles: the files of one model version as content-addressed blobs, bound together by a manifest. Serving reads them
// back, and nothing it reads has gone unverified.

import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { asStateError, canonicalJson, FlightdeckError, isSystemError, sha256 } from '@flightdeck/core';
import type { Artifacts } from './artifacts.ts';
import { checkBundlePaths } from './names.ts';
import { type FileEntry, manifestSchema } from './schema.ts';
import type { ModelVersion } from './versions.ts';

/** Files by their path within the bundle; text is stored as UTF-8. */
export type BundleFiles = Readonly<Record<string, Uint8Array | string>>;

export interface StoredBundle {
  /** SHA-256 of the manifest, and so of everything in the bundle. */
  readonly digest: string;
  /** Sorted by path. */
  readonly files: readonly FileEntry[];
  readonly bytes: number;
}

export interface Bundle {
  readonly digest: string;
  readonly files: readonly FileEntry[];
  /** A file's bytes, verified. BUNDLE_INCOMPLETE or BUNDLE_TAMPERED where they are not what was registered. */
  read(path: string): Promise<Uint8Array>;
}

/** Stores every file, then the manifest. Durable when it resolves; storing the same files again changes nothing. */
export async function storeBundle(artifacts: Artifacts, files: BundleFiles): Promise<StoredBundle> {
  const paths = Object.keys(files).sort();
  checkBundlePaths(paths);
  const entries: FileEntry[] = [];
  for (const path of paths) {
    const data = Buffer.from(files[path]!);
    entries.push({ path, sha256: await artifacts.put(data), bytes: data.byteLength });
  }
  const digest = await artifacts.put(Buffer.from(canonicalJson(entries)));
  return { digest, files: entries, bytes: entries.reduce((sum, entry) => sum + entry.bytes, 0) };
}

/** Opens a version's bundle by its manifest, which is verified here; its files are verified as they are read. */
export async function openBundle(artifacts: Artifacts, version: ModelVersion): Promise<Bundle> {
  const manifest = await readVerified(artifacts, version, 'the manifest', version.digest);
  const files = manifestSchema.parse(JSON.parse(manifest.toString()));
  return {
    digest: version.digest,
    files,
    async read(path) {
      const entry = files.find((file) => file.path === path);
      if (!entry) throw fileMissing(version, path, 'its manifest does not name it');
      return readVerified(artifacts, version, path, entry.sha256);
    },
  };
}

/** Reads every file of a version. Resolves when all are what was registered. */
export async function verifyBundle(artifacts: Artifacts, version: ModelVersion): Promise<void> {
  const bundle = await openBundle(artifacts, version);
  for (const { path } of bundle.files) await bundle.read(path);
}

/**
 * Writes a version's verified files to `folder`, which must not exist yet or be empty: with `MLmodel` at its top it is what
 * MLflow loads. The folder appears whole or not at all. EXPORT_FOLDER_TAKEN where there is something already.
 */
export async function exportBundle(
  artifacts: Artifacts,
  version: ModelVersion,
  folder: string,
): Promise<void> {
  const target = resolve(folder);
  const bundle = await openBundle(artifacts, version);
  const temporary = await makeFolderBeside(target);
  try {
    for (const { path } of bundle.files) {
      const file = join(temporary, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, await bundle.read(path));
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    // What rename says when the target is a folder with something in it, or a file.
    throw isSystemError(error, 'ENOTEMPTY', 'EEXIST', 'ENOTDIR')
      ? folderTaken(error, target)
      : asStateError(error, target);
  }
}

async function makeFolderBeside(target: string): Promise<string> {
  try {
    await mkdir(dirname(target), { recursive: true });
    return await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  } catch (error) {
    throw asStateError(error, target);
  }
}

function folderTaken(cause: Error, target: string): FlightdeckError {
  return new FlightdeckError(
    'EXPORT_FOLDER_TAKEN',
    `There is something at ${target} already. Name a new or empty folder to export to.`,
    { cause },
  );
}

async function readVerified(
  artifacts: Artifacts,
  version: ModelVersion,
  file: string,
  expected: string,
): Promise<Buffer> {
  const data = await artifacts.get(expected);
  if (!data) throw fileMissing(version, file, `no blob ${expected} is stored`);
  const found = sha256(data);
  if (found === expected) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  throw new FlightdeckError(
    'BUNDLE_TAMPERED',
    `${titleOf(version)}: ${file} has changed since it was registered. Expected SHA-256 ${expected}, found ${found}. ${remedy}`,
  );
}

function fileMissing(version: ModelVersion, file: string, found: string): FlightdeckError {
  return new FlightdeckError(
    'BUNDLE_INCOMPLETE',
    `${titleOf(version)}: ${file} is missing (${found}). ${remedy}`,
  );
}

const remedy =
  'Restore the artifacts from a backup, or train again: the same inputs register the same bundle, whole.';

function titleOf({ model, version }: ModelVersion): string {
  return `Version ${version} of ${model}`;
}
