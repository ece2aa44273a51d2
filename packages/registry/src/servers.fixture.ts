// Runs once around all test files of this package: one PostgreSQL and one S3 for all of them, each place in them fresh.

import type { TestProject } from 'vitest/node';
import { startPostgres } from './postgres-server.fixture.ts';
import { startS3 } from './s3-server.fixture.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    postgres: string;
    s3: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [postgres, s3] = await Promise.all([startPostgres(), startS3()]);
  project.provide('postgres', postgres.url);
  project.provide('s3', s3.endpoint);
  return async () => {
    await Promise.all([postgres.stop(), s3.stop()]);
  };
}
