// A connection to Redis that fails fast: no queue while it is away, no waiting on one that hangs, and one error that says so.

import { fileURLToPath } from 'node:url';
import { FlightdeckError, messageOf } from '@flightdeck/core';
import type { Redis } from 'ioredis';

export interface RedisConnection {
  readonly client: Redis;
  /** Sends all commands at once, without waiting in between. FEATURE_STORE_UNAVAILABLE, retryable, if any of them fails. */
  ask<Answer>(commands: readonly (() => Promise<Answer>)[]): Promise<Answer[]>;
  close(): Promise<void>;
}

/** Waits for the first attempt to connect to succeed or fail; it is repeated every second at least, for as long as it takes. */
export async function openRedis(url: string, timeoutMs: number): Promise<RedisConnection> {
  const client = await redisClient(url, timeoutMs);
  let reason = '';
  client.on('error', (error) => {
    reason = messageOf(error);
  });
  client.on('ready', () => {
    reason = '';
  });
  await client.connect().catch(() => {});

  return {
    client,
    async ask(commands) {
      const answers = await Promise.allSettled(commands.map((command) => command()));
      const failed = answers.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
      if (failed) throw unavailable(url, reason, failed.reason);
      return answers.map((answer) => (answer as PromiseFulfilledResult<never>).value);
    },
    close: async () => client.disconnect(),
  };
}

/** A client that has yet to connect. */
export async function redisClient(url: string, timeoutMs: number): Promise<Redis> {
  const address = addressOf(url);
  const { Redis } = await import('ioredis'); // only who uses this store pays for loading its client
  return new Redis(address, {
    lazyConnect: true,
    connectTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    retryStrategy: (times) => Math.min(100 * times, 1_000),
  });
}

/** What ioredis connects to: a URL, or the path of a socket. */
function addressOf(url: string): string {
  const parsed = URL.parse(url);
  if (parsed?.protocol === 'unix:') return fileURLToPath(parsed.href.replace(/^unix:/, 'file:'));
  if (parsed && /^rediss?:$/.test(parsed.protocol)) return url;
  throw new FlightdeckError(
    'FEATURE_STORE_URL_INVALID',
    "The feature store's URL must begin with redis://, rediss:// or unix://, for example redis://127.0.0.1:6379.",
  );
}

function unavailable(url: string, reason: string, error: unknown): FlightdeckError {
  const { protocol, pathname, host } = new URL(url);
  return new FlightdeckError(
    'FEATURE_STORE_UNAVAILABLE',
    `Redis at ${protocol === 'unix:' ? pathname : host} does not do its work (${reason || messageOf(error)}). ` +
      'Start it or mend it; online features come back by themselves.',
    { cause: error, retryable: true },
  );
}
