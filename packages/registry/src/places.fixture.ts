// The two kinds of place a registry can be in, each fresh for a test: the contract suite runs over both. And what other programs
// may do to them.

import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type Clock, manualClock } from '@flightdeck/core';
import pg from 'pg';
import { afterAll, inject } from 'vitest';
import { type Artifacts, openArtifacts } from './artifacts.ts';
import { freshHome } from './fresh-home.fixture.ts';
import type { RegistryLocation } from './location.ts';
import { bucket } from './s3-server.fixture.ts';

export interface Place {
  readonly location: RegistryLocation;
  artifacts(clock?: Clock): Promise<Artifacts>;
  /** Puts something else in a blob's place. */
  damage(hash: string, data: string): Promise<void>;
  /** Runs a statement past the registry, as any program could. */
  execute(statement: string): Promise<void>;
}

export interface KindOfPlace {
  readonly kind: string;
  readonly isRemote: boolean;
  fresh(): Promise<Place>;
}

const placeAt = (location: RegistryLocation, more: Pick<Place, 'damage' | 'execute'>): Place => ({
  location,
  artifacts: (clock = manualClock(0)) => openArtifacts(location, clock),
  ...more,
});

export const inFiles: KindOfPlace = {
  kind: 'in files',
  isRemote: false,
  async fresh() {
    const home = await freshHome();
    return placeAt(
      { home },
      {
        damage: (hash, data) => writeFile(join(home, 'artifacts', 'sha256', hash.slice(0, 2), hash), data),
        async execute(statement) {
          const database = new DatabaseSync(join(home, 'registry.sqlite'));
          try {
            database.exec(statement);
          } finally {
            database.close();
          }
        },
      },
    );
  },
};

export const onServers: KindOfPlace = {
  kind: 'on PostgreSQL and S3',
  isRemote: true,
  async fresh() {
    const databaseUrl = await freshDatabase();
    const [prefix, s3Endpoint] = [randomUUID(), inject('s3')];
    const artifactsUrl = `s3://${bucket}/${prefix}`;
    return placeAt(
      { home: await freshHome(), databaseUrl, artifactsUrl, s3Endpoint },
      {
        async damage(hash, Body) {
          const client = new S3Client({ endpoint: s3Endpoint, forcePathStyle: true, region: 'us-east-1' });
          const Key = `${prefix}/sha256/${hash.slice(0, 2)}/${hash}`;
          await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
        },
        execute: (statement) => executeAt(databaseUrl, statement),
      },
    );
  },
};

export const places: readonly KindOfPlace[] = [inFiles, onServers];

const databases: string[] = [];
afterAll(async () => {
  for (const name of databases.splice(0))
    await executeAt(inject('postgres'), `drop database ${name} with (force)`);
});

/** A database that sorts as English does, as most are made: the registry must not depend on it. */
export async function freshDatabase(): Promise<string> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const sorting = `locale_provider icu icu_locale 'en-US' template template0`;
  await executeAt(inject('postgres'), `create database ${name} ${sorting}`);
  databases.push(name);
  return databaseUrl(name);
}

export function databaseUrl(name: string): string {
  const url = new URL(inject('postgres'));
  url.pathname = name;
  return url.href;
}

export async function executeAt(connectionString: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
