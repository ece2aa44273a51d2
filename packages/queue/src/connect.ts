// From a broker's URL to what BullMQ's classes need. The only file that knows that there are two kinds of broker behind it.

import { fileURLToPath, pathToFileURL } from 'node:url';
import { FlightdeckError, messageOf } from '@flightdeck/core';
import {
  type BackendFactory,
  type ConnectionOptions,
  createPostgresBackend,
  createRedisBackend,
  type IQueueBackend,
  PostgresConnection,
  type RedisOptions,
} from 'bullmq';
import { Redis } from 'ioredis';

export interface QueueConnection {
  /** For people: host and port or socket, never the password. */
  readonly address: string;
  readonly options: RedisOptions;
  readonly backend: BackendFactory<IQueueBackend, ConnectionOptions>;
}

/**
 * Reads a broker's URL: `redis://`, `rediss://`, `unix:///path/to/redis.sock` or `postgres://`. BROKER_URL_INVALID otherwise.
 * `patient` is for workers, whose commands wait for a broker that is away; a client's fail after some seconds.
 */
export function connectTo(brokerUrl: string, { patient = false } = {}): QueueConnection {
  const url = parseBrokerUrl(brokerUrl);
  if (url.protocol === 'postgres:' || url.protocol === 'postgresql:') {
    const connection = { connectionString: brokerUrl, migrate: true };
    return {
      address: url.host,
      options: {},
      backend: (name, options, extra) => createPostgresBackend(name, { ...options, connection }, extra),
    };
  }
  const options: RedisOptions = {
    ...redisTarget(url),
    maxRetriesPerRequest: patient ? null : 10,
    // BullMQ's own strategy grows to 20 s, which is longer than the lock of a running job lives.
    retryStrategy: (times: number) => Math.min(100 * times, 1_000),
  };
  return { address: addressOf(url), options, backend: createRedisBackend };
}

/** Asks the broker for a sign of life. BROKER_UNREACHABLE (retryable) names where it was looked for and what to do. */
export async function checkBroker(brokerUrl: string): Promise<void> {
  const url = parseBrokerUrl(brokerUrl);
  try {
    await (url.protocol.startsWith('postgres') ? askPostgres(brokerUrl) : askRedis(url));
  } catch (error) {
    throw brokerUnreachable(brokerUrl, error);
  }
}

export function brokerUnreachable(brokerUrl: string, cause: unknown): FlightdeckError {
  return new FlightdeckError(
    'BROKER_UNREACHABLE',
    `The broker at ${addressOf(parseBrokerUrl(brokerUrl))} does not answer (${messageOf(cause)}). Start it, or correct ` +
      'REDIS_URL (user, password, host, port); without REDIS_URL, Flightdeck starts a broker of its own.',
    { cause, retryable: true },
  );
}

/** The URL of a Redis that listens on a Unix socket. */
export function socketUrl(path: string): string {
  return pathToFileURL(path).href.replace(/^file:/, 'unix:');
}

function parseBrokerUrl(brokerUrl: string): URL {
  const url = URL.parse(brokerUrl);
  if (url !== null && /^(redis|rediss|unix|postgres|postgresql):$/.test(url.protocol)) return url;
  throw new FlightdeckError(
    'BROKER_URL_INVALID',
    "A broker's URL must begin with redis://, rediss://, unix:// or postgres://. Correct REDIS_URL or FLIGHTDECK_BROKER_URL, " +
      'for example redis://127.0.0.1:6379.',
  );
}

function addressOf(url: URL): string {
  if (url.protocol === 'unix:') return socketPath(url);
  return url.port === '' ? `${url.hostname}:6379` : url.host;
}

function redisTarget(url: URL): RedisOptions {
  return url.protocol === 'unix:' ? { path: socketPath(url) } : { url: url.href };
}

function socketPath(url: URL): string {
  return fileURLToPath(url.href.replace(/^unix:/, 'file:'));
}

const answerWithinMs = 3_000;

async function askRedis(url: URL): Promise<void> {
  const { url: address, ...target } = redisTarget(url);
  const once = {
    ...target,
    lazyConnect: true,
    connectTimeout: answerWithinMs,
    commandTimeout: answerWithinMs,
  };
  const options = { ...once, retryStrategy: () => null, maxRetriesPerRequest: 0 };
  const client = address === undefined ? new Redis(options) : new Redis(address, options);
  // ioredis says "Connection is closed." to the caller and gives the reason (refused, wrong password) only to listeners.
  let reason: unknown;
  client.on('error', (error) => {
    reason ??= error;
  });
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    throw reason ?? error;
  } finally {
    client.disconnect();
  }
}

async function askPostgres(connectionString: string): Promise<void> {
  const connection = new PostgresConnection({
    connectionString,
    max: 1,
    connectionTimeoutMillis: answerWithinMs,
  });
  try {
    await connection.pool.query('SELECT 1');
  } finally {
    await connection.close();
  }
}
