// The broker is real everywhere: the Redis of REDIS_URL, else a private Redis from PATH, else embedded PostgreSQL.

import { join } from 'node:path';
import { FlightdeckError } from '@flightdeck/core';
import type { BrokerRecord } from './broker-record.ts';
import { checkBroker, connectTo } from './connect.ts';
import { planEmbeddedPostgres } from './embedded-postgres.ts';
import { openPrivateBroker } from './private-broker.ts';
import { findRedisServer, planPrivateRedis } from './private-redis.ts';
import type { ServerPlan } from './server-process.ts';

export const brokerKinds = ['redis', 'private-redis', 'embedded-postgres'] as const;

export type BrokerKind = (typeof brokerKinds)[number];

export interface BrokerOptions {
  /** The state directory. All processes with the same one share one broker. */
  readonly home: string;
  readonly redisUrl?: string | undefined;
  /** Asks for one kind instead of the first that is possible. */
  readonly kind?: BrokerKind | undefined;
  readonly log?: (line: string) => void;
}

export interface Broker {
  readonly kind: BrokerKind;
  /** One line for start-up: which broker it is, and why that one. */
  readonly description: string;
  /** What other processes connect to. Holds the password where there is one: not for logs. */
  readonly url: string;
  /** Ends the server if this process started or adopted it; a joined one and that of REDIS_URL go on. */
  stop(): Promise<void>;
}

/**
 * Finds or starts the broker, and returns when it answers. Errors: BROKER_UNREACHABLE (REDIS_URL does not answer, retryable),
 * BROKER_NOT_FOUND (the kind that was asked for is not to be had), BROKER_CONFLICT (another kind runs for this directory),
 * BROKER_FAILED (a server of our own does not start; with the end of its log), BROKER_BUSY.
 */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const { home, redisUrl, kind, log = () => {} } = options;
  const broker =
    kind === 'redis' || (kind === undefined && redisUrl !== undefined)
      ? await givenRedis(redisUrl)
      : await privateBroker(home, kind);
  log(`Broker: ${broker.description}`);
  return broker;
}

async function givenRedis(redisUrl: string | undefined): Promise<Broker> {
  if (redisUrl === undefined) {
    throw new FlightdeckError(
      'BROKER_NOT_FOUND',
      'FLIGHTDECK_BROKER=redis needs REDIS_URL, for example redis://127.0.0.1:6379. Set it, or unset FLIGHTDECK_BROKER.',
    );
  }
  await checkBroker(redisUrl);
  const description = `Redis at ${connectTo(redisUrl).address}, from REDIS_URL.`;
  return { kind: 'redis', description, url: redisUrl, stop: async () => {} };
}

async function privateBroker(home: string, kind: ServerPlan['kind'] | undefined): Promise<Broker> {
  let why = kind === undefined ? 'REDIS_URL is not set' : 'FLIGHTDECK_BROKER asks for it';
  const { server, part, stop } = await openPrivateBroker(home, async (folder, last) => {
    const redis = kind === 'embedded-postgres' ? null : await findRedisServer();
    if (redis !== null) return planPrivateRedis(folder, redis);
    if (kind === 'private-redis') throw noRedisOnPath();
    if (kind === undefined) why += ', and there is no redis-server or valkey-server 6.2 or newer on PATH';
    return planEmbeddedPostgres(folder, last?.kind === 'embedded-postgres' ? last.url : undefined);
  });
  if (kind !== undefined && kind !== server.kind) {
    await stop();
    throw conflict(home, kind, server);
  }
  if (part === 'joined') why = 'another process with this state directory started it';
  if (part === 'adopted') why = 'taken over from a process that was killed';
  return { kind: server.kind, description: `${server.title} (${why}).`, url: server.url, stop };
}

function noRedisOnPath(): FlightdeckError {
  return new FlightdeckError(
    'BROKER_NOT_FOUND',
    'FLIGHTDECK_BROKER=private-redis needs redis-server or valkey-server, 6.2 or newer, on PATH. Install one ' +
      '(Debian: apt install redis-server), or unset FLIGHTDECK_BROKER.',
  );
}

function conflict(home: string, asked: BrokerKind, server: BrokerRecord): FlightdeckError {
  return new FlightdeckError(
    'BROKER_CONFLICT',
    `FLIGHTDECK_BROKER asks for ${asked}, but ${server.title} already serves ${join(home, 'broker')}. Stop the process that ` +
      'started it, or unset FLIGHTDECK_BROKER.',
  );
}
