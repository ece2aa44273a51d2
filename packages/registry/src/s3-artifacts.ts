// Artifacts in an S3 bucket, or in something that speaks as S3 does. One request a blob: a put is seen whole or not at all.

import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { type Clock, sha256 } from '@flightdeck/core';
import type { Artifacts, StoredBlob } from './artifacts.ts';
import { asArtifactsError } from './s3-errors.ts';

export interface S3Place {
  readonly bucket: string;
  /** Without slashes around it; may be empty. */
  readonly prefix: string;
  /** Where S3 is not Amazon's. */
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
}

const connectWithinMs = 3_000;
/** Silence within a request; a model of 100 MB takes longer, and is not silent. */
const silenceMs = 30_000;

/**
 * Blobs as objects `<prefix>/sha256/ab/abcdef…`. ARTIFACTS_DENIED, ARTIFACTS_MISSING, ARTIFACTS_UNREACHABLE (retryable) where one cannot be
 * reached.
 */
export function s3Artifacts({ bucket, prefix, endpoint, region }: S3Place, clock: Clock): Artifacts {
  const folder = `${prefix && `${prefix}/`}sha256/`;
  const title = `s3://${bucket}${prefix && `/${prefix}`}${endpoint ? ` at ${endpoint}` : ''}`;
  const client = new S3Client({
    // Few servers but Amazon's have a host name for each bucket, and none asks in what region it stands.
    ...(endpoint && { endpoint, forcePathStyle: true, region: region ?? 'us-east-1' }),
    followRegionRedirects: true,
    // What is read is held against its own SHA-256, and what is put is sent with it; other servers do not know newer sums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: connectWithinMs, socketTimeout: silenceMs },
  });
  const at = (hash: string) => ({ Bucket: bucket, Key: `${folder}${hash.slice(0, 2)}/${hash}` });

  async function ask<Answer>(asking: Promise<Answer>): Promise<Answer> {
    try {
      return await asking;
    } catch (error) {
      throw asArtifactsError(error, title);
    }
  }

  async function ifPresent<Answer>(asking: Promise<Answer>): Promise<Answer | undefined> {
    return ask(
      asking.catch((error: unknown) => {
        if (isNotFound(error)) return undefined;
        throw error;
      }),
    );
  }

  return {
    title,

    async put(data) {
      const hash = sha256(data);
      const sum = Buffer.from(hash, 'hex').toString('base64');
      // The clock's time, not the server's: replays and tests run on their own.
      const Metadata = { 'put-at': String(clock()) };
      await ask(
        client.send(new PutObjectCommand({ ...at(hash), Body: data, ChecksumSHA256: sum, Metadata })),
      );
      return hash;
    },

    get: (hash) =>
      ifPresent(client.send(new GetObjectCommand(at(hash))).then(({ Body }) => Body?.transformToByteArray())),

    has: async (hash) => (await ifPresent(client.send(new HeadObjectCommand(at(hash))))) !== undefined,

    async putAt(hash) {
      const head = await ifPresent(client.send(new HeadObjectCommand(at(hash))));
      // An object that somebody has copied here by hand has the server's time only.
      return head && Number(head.Metadata?.['put-at'] ?? head.LastModified?.getTime() ?? 0);
    },

    async delete(hash) {
      await ask(client.send(new DeleteObjectCommand(at(hash))));
    },

    async list() {
      const blobs: StoredBlob[] = [];
      for (let token: string | undefined; ; ) {
        const page = await ask(
          client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: folder, ContinuationToken: token })),
        );
        for (const { Key = '', Size = 0 } of page.Contents ?? []) {
          const name = Key.slice(folder.length).replace(/^..\//, '');
          if (/^[0-9a-f]{64}$/.test(name)) blobs.push({ sha256: name, bytes: Size });
        }
        token = page.NextContinuationToken;
        if (token === undefined) return blobs;
      }
    },

    /** A put that was cut short has left nothing. */
    dropLeftovers: async () => {},
  };
}

/** A missing bucket is another matter, where the server says so (it cannot in an answer to HEAD). */
function isNotFound(error: unknown): boolean {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  return $metadata?.httpStatusCode === 404 && name !== 'NoSuchBucket';
}
