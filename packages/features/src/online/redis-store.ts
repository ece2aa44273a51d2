// The store that several serving processes share: running totals and events in Redis, where a script adds events and one round trip
// fetches keys that this process does not know yet. What it does know it keeps, up to date by what Redis publishes.

import type { Redis } from 'ioredis';
import { days } from '../definition.ts';
import { followedStore } from './followed-store.ts';
import { type OnlinePlan, type OnlineStream, widthOf } from './online-plan.ts';
import { openRedis } from './redis-connection.ts';
import { decodeNews, encodeNews, followRedis } from './redis-news.ts';
import { addScript, loadScript } from './redis-scripts.ts';
import type { Rows } from './rows.ts';
import type { Arrival, ArrivalOutcome, FeatureStore } from './store.ts';

export interface RedisStoreOptions {
  /** `redis://`, `rediss://` or `unix:///path/to/redis.sock`. */
  readonly url: string;
  /** Begins all keys, so that deployments can share a Redis. */
  readonly prefix?: string;
  /** How long a silent Redis is waited for. */
  readonly timeoutMs?: number;
}

/** Events per script: a script of that many holds everybody else up for some milliseconds. */
const eventsPerScript = 64;

/** Keys expire by the clock on the wall, and event time may stand still: a feed can pause for so long and lose nothing. */
const longestPause = days(7);

interface Scripted {
  addEvents(keyCount: number, ...rest: (string | number)[]): Promise<[position: number, ...codes: number[]]>;
  loadKeys(keyCount: number, ...keys: string[]): Promise<[number, string[], ...string[]]>;
}

/**
 * Connects, and goes on if Redis is away: each call then throws FEATURE_STORE_UNAVAILABLE (retryable) at once, until it is back.
 * Throws FEATURE_STORE_URL_INVALID.
 *
 * Keys that were read are copied and kept up to date: Redis publishes what it accepts to all who follow. A reader knows what was added
 * through this store, and what others added up to a message under way; should the connection that brings the messages be lost without a
 * sign, up to one and a half times `timeoutMs` ago. Once that is noticed reads go to Redis itself, until messages come again.
 *
 * Keys are `{prefix:plan}:…`, with the braces that keep a plan in one slot of a cluster. They expire once no window can see them, but for
 * those that `open` reads, which never do. Two plans share nothing.
 */
export async function redisStore(plan: OnlinePlan, options: RedisStoreOptions): Promise<FeatureStore> {
  const { url, prefix = 'flightdeck:features', timeoutMs = 1_000 } = options;
  const connection = await openRedis(url, timeoutMs);
  const client = withScripts(connection.client);
  const space = `{${prefix}:${plan.version}}`;
  const heads = [`${space}:newest`, `${space}:position`];
  // Databases share channels, but not keys.
  const channel = `${space}:accepted:${connection.client.options.db ?? 0}`;
  const settings = settingsOf(plan);

  const store = followedStore(plan, {
    async add(arrivals) {
      const answers = await connection.ask(
        chunks(arrivals, eventsPerScript).map((chunk) => () => {
          const keys = [...heads, ...chunk.flatMap((arrival) => keysOf(space, arrival))];
          const told = [channel, encodeNews(chunk), ...settings];
          return client.addEvents(keys.length, ...keys, ...told, ...chunk.flatMap(addArguments));
        }),
      );
      return {
        outcomes: answers.flatMap(([, ...codes]) => codes.map((code) => outcomes[code]!)),
        position: Math.max(0, ...answers.map(([position]) => position)),
      };
    },
    async load(wanted) {
      const keys = [...heads, ...wanted.map(({ stream, key }) => streamKey(space, stream, key))];
      const load = () => client.loadKeys(keys.length, ...keys);
      const [[position, newest, ...members]] = (await connection.ask([load])) as [
        Awaited<ReturnType<typeof load>>,
      ];
      return {
        position,
        newest: pairs(newest),
        rows: wanted.map(({ stream }, index) => rowsIn(stream, members[index]!)),
      };
    },
    close: () => connection.close(),
  });
  const news = await followRedis({
    url,
    timeoutMs,
    channel,
    position: async () => Number((await connection.ask([() => connection.client.get(heads[1]!)]))[0] ?? 0),
    onFollow: store.follow,
    onNews(text) {
      const { position, accepted } = decodeNews(plan, text);
      store.hear(position, accepted);
    },
    onLoss: store.lost,
  });
  return {
    ...store,
    async close() {
      news.close();
      await store.close();
    },
  };
}

const outcomes: readonly ArrivalOutcome[] = ['accepted', 'duplicate', 'late'];

function withScripts(client: Redis): Scripted {
  client.defineCommand('addEvents', { lua: addScript });
  client.defineCommand('loadKeys', { lua: loadScript });
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

function* pairs(list: readonly string[]): Iterable<readonly [string, number]> {
  for (let index = 0; index < list.length; index += 2) yield [list[index]!, Number(list[index + 1])];
}

/** "moment:number:number… moment:…"; of events a moment's member holds the columns of all that joined then. */
function rowsIn(stream: OnlineStream, members: string): Rows {
  const rows: Rows = [];
  if (members === '') return rows;
  const width = widthOf(stream);
  for (const member of members.split(' ')) {
    const [moment, ...numbers] = member.split(':').map(Number);
    for (let start = 0; start < numbers.length; start += width) {
      rows.push(moment!, ...numbers.slice(start, start + width));
    }
  }
  return rows;
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  const starts = Array.from({ length: Math.ceil(items.length / size) }, (_, index) => index * size);
  return starts.map((start) => items.slice(start, start + size));
}
