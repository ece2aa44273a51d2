// The store that several serving processes share: running totals in Redis, one round trip for a batch, events added by a script.

import type { Redis } from 'ioredis';
import { days } from '../definition.ts';
import type { OnlinePlan, OnlineStream } from './online-plan.ts';
import { openRedis } from './redis-connection.ts';
import { addScript, readScript } from './redis-scripts.ts';
import type { Arrival, ArrivalOutcome, FeatureStore, Read, Totals } from './store.ts';

export interface RedisStoreOptions {
  /** `redis://`, `rediss://` or `unix:///path/to/redis.sock`. */
  readonly url: string;
  /** Begins all keys, so that deployments can share a Redis. */
  readonly prefix?: string;
  /** How long a silent Redis is waited for. */
  readonly timeoutMs?: number;
}

/** Events and reads per script: a script of that many holds everybody else up for some milliseconds. */
const eventsPerScript = 64;
const readsPerScript = 1024;

/** Keys expire by the clock on the wall, and event time may stand still: a feed can pause for so long and lose nothing. */
const longestPause = days(7);

interface Scripted {
  addEvents(keyCount: number, ...rest: (string | number)[]): Promise<number[]>;
  readTotalsBuffer(keyCount: number, ...rest: (string | number)[]): Promise<Buffer[]>;
}

/**
 * Connects, and goes on if Redis is away: each call then throws FEATURE_STORE_UNAVAILABLE (retryable) at once, until it is back.
 * Throws FEATURE_STORE_URL_INVALID.
 *
 * Keys are `{prefix:plan}:…`, with the braces that keep a plan in one slot of a cluster. They expire once no window can see them, but for
 * those that `open` reads, which never do. Two plans share nothing.
 */
export async function redisStore(plan: OnlinePlan, options: RedisStoreOptions): Promise<FeatureStore> {
  const { url, prefix = 'flightdeck:features', timeoutMs = 1_000 } = options;
  const connection = await openRedis(url, timeoutMs);
  const client = withScripts(connection.client);
  const space = `{${prefix}:${plan.version}}`;
  const newestKey = `${space}:newest`;
  const settings = settingsOf(plan);

  return {
    async add(arrivals) {
      const answers = await connection.ask(
        chunks(arrivals, eventsPerScript).map((chunk) => () => {
          const keys = [newestKey, ...chunk.flatMap((arrival) => keysOf(space, arrival))];
          return client.addEvents(keys.length, ...keys, ...settings, ...chunk.flatMap(addArguments));
        }),
      );
      return answers.flat().map((code) => outcomes[code]!);
    },
    async read(reads) {
      const answers = await connection.ask(
        chunks(reads, readsPerScript).map((chunk) => async () => {
          const keys = [newestKey, ...chunk.map(({ stream, key }) => streamKey(space, stream, key))];
          const asked = chunk.flatMap(readArguments);
          const found = await client.readTotalsBuffer(keys.length, ...keys, plan.lateness, ...asked);
          return found.map(totalsIn);
        }),
      );
      return answers.flat();
    },
    close: () => connection.close(),
  };
}

const outcomes: readonly ArrivalOutcome[] = ['accepted', 'duplicate', 'late'];

function withScripts(client: Redis): Scripted {
  client.defineCommand('addEvents', { lua: addScript });
  client.defineCommand('readTotals', { lua: readScript });
  return client as unknown as Scripted;
}

function settingsOf({ lateness, streams }: OnlinePlan): number[] {
  const seconds = (minutes: number) => (minutes + longestPause) * 60;
  const longest = Math.max(lateness, ...streams.map(({ retention }) => retention));
  const perStream = streams.flatMap((stream) => [
    stepOf(stream),
    stream.retention,
    stream.forever ? 0 : seconds(stream.retention),
  ]);
  return [lateness, seconds(longest), streams.length, ...perStream];
}

function keysOf(space: string, { type, additions }: Arrival): string[] {
  return [`${space}:ids:${type}`, ...additions.map(({ stream, key }) => streamKey(space, stream, key))];
}

function streamKey(space: string, { name }: OnlineStream, key: string): string {
  return `${space}:${name}:${key}`;
}

function addArguments({ type, id, at, amounts, additions }: Arrival): (string | number)[] {
  const added = additions.flatMap(({ stream, moment }) => [stream.index, moment]);
  return [type, id, at, amounts.length, ...amounts, additions.length, ...added];
}

function readArguments({ stream, time, ends }: Read): (string | number)[] {
  return [stream.event, stepOf(stream), stream.values.length + 1, time, ends.length, ...ends];
}

/** Moments of a stream are at least so many minutes apart. */
function stepOf({ snapshot }: OnlineStream): number {
  return snapshot?.every ?? 1;
}

function totalsIn(bytes: Buffer): Totals {
  if (bytes.length === 0) return null;
  return Array.from({ length: bytes.length / 8 }, (_, index) => bytes.readDoubleBE(8 * index));
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  const starts = Array.from({ length: Math.ceil(items.length / size) }, (_, index) => index * size);
  return starts.map((start) => items.slice(start, start + size));
}
