// Serving's environment, read once at start-up. Every variable is documented where it is declared.

import { availableParallelism } from 'node:os';
import type { InferenceLimits } from '@flightdeck/inference';
import { registryVariables } from '@flightdeck/registry/location';
import { z } from 'zod';

export const servingEnv = z.object({
  /** TCP port; 0 takes any free one (the line that says "listens" names it). */
  SERVING_PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  /** Address to bind. The default is this machine only; a container sets 0.0.0.0. */
  SERVING_HOST: z.string().default('127.0.0.1'),
  /** Event loops on the port, each a process of its own. Default: as many as there are cores; 1 runs everything in one process. */
  SERVING_WORKERS: z.coerce.number().int().min(1).max(256).default(availableParallelism()),
  /** Where the state and the registry are. */
  ...registryVariables,
  /** Largest request body, bytes. 2 MiB holds a full batch of instances with some forty named fields each. */
  SERVING_MAX_BODY_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(2 * 1024 * 1024),
  /** Most rows in one request. More would hold the event loop for longer than other callers should wait. */
  SERVING_MAX_INSTANCES: z.coerce.number().int().positive().default(1024),
  /** How long a request may take that names no timeout of its own, milliseconds. */
  SERVING_TIMEOUT_MS: z.coerce.number().int().min(1).max(60_000).default(5000),
  /** How long a shadow version may take over what another version has answered, milliseconds. */
  SERVING_SHADOW_TIMEOUT_MS: z.coerce.number().int().min(1).max(60_000).default(1000),
  /** Largest model file that is loaded, bytes. */
  SERVING_MAX_MODEL_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(512 * 1024 * 1024),
  /**
   * What all loaded models of a worker together may take, bytes, by their own estimates. Versions that no endpoint names are unloaded to
   * stay within it, least recently used first; those that endpoints name are always kept.
   */
  SERVING_MEMORY_BUDGET_BYTES: z.coerce
    .number()
    .int()
    .nonnegative()
    .default(256 * 1024 * 1024),
  /** Most rows in one run of a model; requests are collected up to it. */
  SERVING_MAX_BATCH_ROWS: z.coerce.number().int().positive().default(1024),
  /** How long the first request of a batch waits for company, milliseconds; 0 waits only while each turn of the event loop brings more. */
  SERVING_MAX_DELAY_MS: z.coerce.number().min(0).max(1000).default(0),
  /** Most rows that may wait for one model. */
  SERVING_MAX_QUEUED_ROWS: z.coerce.number().int().positive().default(16_384),
  /** A model whose run takes longer than this leaves the event loop for a pool of threads, milliseconds. */
  SERVING_INLINE_BUDGET_MS: z.coerce.number().positive().default(2),
  /**
   * Threads, and so concurrent runs, of each model that is in a pool, in each worker. Default: one less than the cores, shared
   * among the workers, and at least one.
   */
  SERVING_POOL_THREADS: z.coerce.number().int().positive().optional(),
  /** How often the registry is asked which versions to serve, milliseconds. */
  SERVING_POLL_MS: z.coerce.number().int().min(10).default(1000),
  /** How long a shutdown waits for requests that were begun, milliseconds. Below the 30 s that Kubernetes grants. */
  SERVING_GRACE_MS: z.coerce.number().int().min(0).default(10_000),
  /** The endpoint that answers MLflow's /invocations, which names no model; needed where several are served. */
  SERVING_INVOCATIONS_MODEL: z.string().optional(),
  /**
   * Bearer keys, a JSON list of { name, key or sha256, scopes, requestsPerSecond? }; scopes are predict, feedback, metrics, admin. Without keys
   * serving listens on this machine only.
   */
  SERVING_KEYS: z.string().optional(),
  /** Path of a file that holds the list; not together with SERVING_KEYS. */
  SERVING_KEYS_FILE: z.string().optional(),
  /** Origins whose pages may call from a browser, comma-separated; exact, no wildcard. */
  SERVING_CORS_ORIGINS: z
    .string()
    .default('')
    .transform((list) => list.split(',').filter((origin) => origin !== '')),
  /** Most connections of one worker; more are closed at once. */
  SERVING_MAX_CONNECTIONS: z.coerce.number().int().positive().default(1024),
  /** Which answers get a log line: those with a status from 400 on, or all (a line costs as much as a tenth of a prediction). */
  SERVING_ACCESS_LOG: z.enum(['refusals', 'all']).default('refusals'),
  /**
   * A Redis that keeps the features which models look up, redis://user:password@host:port: what several instances share, and what a crash
   * does not lose. Without it they are in this instance's memory.
   */
  SERVING_FEATURES_URL: z.string().optional(),
  /** How much of the prediction log is kept, bytes, below FLIGHTDECK_HOME; 0 writes none. */
  SERVING_PREDICTION_LOG_BYTES: z.coerce.number().int().nonnegative().default(0),
  /** How long the prediction log is kept, days. */
  SERVING_PREDICTION_LOG_DAYS: z.coerce.number().positive().default(90),
  /** Least severe log line that is written. */
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

export type ServingEnv = z.infer<typeof servingEnv>;

export function inferenceLimits(env: ServingEnv): InferenceLimits {
  return {
    maxBatchRows: env.SERVING_MAX_BATCH_ROWS,
    maxDelayMs: env.SERVING_MAX_DELAY_MS,
    maxQueuedRows: env.SERVING_MAX_QUEUED_ROWS,
    inlineBudgetMs: env.SERVING_INLINE_BUDGET_MS,
    poolThreads:
      env.SERVING_POOL_THREADS ?? Math.max(1, Math.floor((availableParallelism() - 1) / env.SERVING_WORKERS)),
  };
}
