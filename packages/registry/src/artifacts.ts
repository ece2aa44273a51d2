// Content-addressed blobs: what a bundle's files are stored as, in a folder or in an S3 bucket.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Clock, FlightdeckError } from '@flightdeck/core';
import { fileArtifacts } from './file-artifacts.ts';
import type { RegistryLocation } from './location.ts';

export interface StoredBlob {
  readonly sha256: string;
  readonly bytes: number;
}

export interface Artifacts {
  /** For messages: the folder, or bucket and prefix. */
  readonly title: string;
  /**
   * Stores `data` under its SHA-256 and returns that. Durable when it resolves, and never seen in part. Putting again renews
   * `putAt`, and mends a blob that was damaged.
   */
  put(data: Uint8Array): Promise<string>;
  /** What is stored, unverified; undefined where nothing is. */
  get(hash: string): Promise<Uint8Array | undefined>;
  has(hash: string): Promise<boolean>;
  /** When it was last put, in milliseconds since 1970 by the store's clock; undefined where nothing is. */
  putAt(hash: string): Promise<number | undefined>;
  /** Deleting what is not there is no error. */
  delete(hash: string): Promise<void>;
  list(): Promise<readonly StoredBlob[]>;
  /** Removes what killed writers left behind before `before` (milliseconds since 1970). */
  dropLeftovers(before: number): Promise<void>;
}

/** The store of a registry. ARTIFACTS_URL_INVALID. */
export async function openArtifacts(location: RegistryLocation, clock: Clock): Promise<Artifacts> {
  const { home, artifactsUrl } = location;
  if (artifactsUrl === undefined) return fileArtifacts(join(home, 'artifacts'), clock);
  if (artifactsUrl.startsWith('/')) return fileArtifacts(artifactsUrl, clock);
  const url = URL.parse(artifactsUrl);
  if (url?.protocol === 'file:' && url.host === '') return fileArtifacts(fileURLToPath(url), clock);
  if (url?.protocol !== 's3:' || url.host === '') throw artifactsUrlInvalid(artifactsUrl);
  // Who needs no S3 does not wait for its client to load.
  const { s3Artifacts } = await import('./s3-artifacts.ts');
  const prefix = url.pathname.replace(/^\/+|\/+$/g, '');
  return s3Artifacts(
    { bucket: url.host, prefix, endpoint: location.s3Endpoint, region: location.s3Region },
    clock,
  );
}

function artifactsUrlInvalid(given: string): FlightdeckError {
  return new FlightdeckError(
    'ARTIFACTS_URL_INVALID',
    `ARTIFACTS_URL is "${given}". Write s3://bucket/prefix, or a folder as /path or file:///path; unset, it is a folder below FLIGHTDECK_HOME.`,
  );
}
