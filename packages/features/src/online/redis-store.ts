// The store that several serving processes share: running totals and events in Redis, one round trip for a batch, events added by a script.

import type { Redis } from 'ioredis';
import { days } from '../definition.ts';
import { type OnlinePlan, type OnlineStream, widthOf } from './online-plan.ts';
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
  readTotals(keyCount: number, ...rest: (string | number)[]): Promise<[string[], ...string[]]>;
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
  const eventsIn = eventReader();

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
          const found = await client.readTotals(keys.length, ...keys, ...chunk.flatMap(readArguments));
          return totalsOf(plan, chunk, found, eventsIn);
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
    stream.retention,
    stream.forever ? 0 : seconds(stream.retention),
    widthOf(stream),
    Number(stream.keeps === 'events'),
  ]);
  return [lateness, seconds(longest), streams.length, ...perStream];
}

function keysOf(space: string, { type, additions }: Arrival): string[] {
  return [`${space}:ids:${type}`, ...additions.map(({ stream, key }) => streamKey(space, stream, key))];
}

function streamKey(space: string, { name }: OnlineStream, key: string): string {
  return `${space}:${name}:${key}`;
}

function addArguments({ type, id, at, additions }: Arrival): (string | number)[] {
  const added = additions.flatMap(({ stream, moment, amounts }) => [stream.index, moment, ...amounts]);
  return [type, id, at, additions.length, ...added];
}

function readArguments({ stream, ends }: Read): (string | number)[] {
  const [end, begin] = ends;
  if (stream.keeps === 'events') return [0, begin!, `(${end}`];
  return [ends.length, ...ends.map((each) => `(${each}`)];
}

function totalsOf(
  plan: OnlinePlan,
  reads: readonly Read[],
  [newest, ...members]: readonly [string[], ...string[]],
  eventsIn: (members: string) => readonly number[],
): Totals[] {
  const oldest = new Map<string, number>();
  for (let index = 0; index < newest.length; index += 2) {
    oldest.set(newest[index]!, Number(newest[index + 1]) - plan.lateness);
  }
  let next = 0;
  return reads.map(({ stream, time, ends }) => {
    const answers = stream.keeps === 'events' ? 1 : ends.length;
    const found = members.slice(next, next + answers);
    next += answers;
    if (time < (oldest.get(stream.event) ?? time)) return null;
    return stream.keeps === 'events'
      ? eventsIn(found[0]!)
      : found.flatMap((member) => (member === '' ? zeros(widthOf(stream)) : numbersOf(member)));
  });
}

/** What is remembered of what was read: some kilobytes each. */
const windowsRemembered = 4096;

/** Reads the members of a window. What a key's window holds is the same text until the next snapshot, and so is what comes of it. */
function eventReader(): (members: string) => readonly number[] {
  const known = new Map<string, readonly number[]>();
  return (members) => {
    const found = known.get(members);
    if (found) return found;
    const columns = members.split(' ').flatMap(numbersOf);
    if (known.size === windowsRemembered) known.clear();
    known.set(members, columns);
    return columns;
  };
}

/** "moment:number:number…" without the moment. */
function numbersOf(member: string): number[] {
  return member.split(':').slice(1).map(Number);
}

function zeros(width: number): number[] {
  return new Array<number>(width).fill(0);
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  const starts = Array.from({ length: Math.ceil(items.length / size) }, (_, index) => index * size);
  return starts.map((start) => items.slice(start, start + size));
}
