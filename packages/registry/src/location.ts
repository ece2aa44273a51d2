// Where a registry is: by default below the state directory, and with DATABASE_URL and ARTIFACTS_URL where several hosts reach it.

import { homeVariable } from '@flightdeck/core';
import { z } from 'zod';

/** The variables that every process which opens the registry declares in its env.ts. */
export const registryVariables = {
  /** The one directory that holds all state of this host. */
  FLIGHTDECK_HOME: homeVariable,
  /** The registry's PostgreSQL, postgres://user:password@host:port/database. Without it: `registry.sqlite` in FLIGHTDECK_HOME. */
  DATABASE_URL: z.string().optional(),
  /** Where bundles are stored: s3://bucket/prefix, or a folder as /path or file:///path. Without it: `artifacts` in FLIGHTDECK_HOME. */
  ARTIFACTS_URL: z.string().optional(),
  /** An S3 that is not Amazon's, such as http://minio:9000. Keys come from AWS_ACCESS_KEY_ID and its like, which the AWS SDK reads. */
  AWS_ENDPOINT_URL: z.string().optional(),
  /** The bucket's region. */
  AWS_REGION: z.string().optional(),
};

export interface RegistryLocation {
  /** The state directory. */
  readonly home: string;
  readonly databaseUrl?: string | undefined;
  readonly artifactsUrl?: string | undefined;
  readonly s3Endpoint?: string | undefined;
  readonly s3Region?: string | undefined;
}

/** What the variables say. */
export function registryLocation(env: z.infer<z.ZodObject<typeof registryVariables>>): RegistryLocation {
  return {
    home: env.FLIGHTDECK_HOME,
    databaseUrl: env.DATABASE_URL,
    artifactsUrl: env.ARTIFACTS_URL,
    s3Endpoint: env.AWS_ENDPOINT_URL,
    s3Region: env.AWS_REGION,
  };
}
