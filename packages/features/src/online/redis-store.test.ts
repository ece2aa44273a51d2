import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { view } from './online.fixture.ts';
import { type OnlineFeatures, onlineFeatures } from './online-features.ts';
import { type OnlineStream, onlinePlanOf, widthOf } from './online-plan.ts';
import { hasRedis, type RedisServer, startRedis } from './redis-server.fixture.ts';
import { redisStore } from './redis-store.ts';
import { departure, landing, row, storeContract } from './store.contract.ts';

const lateness = 120;
const plan = onlinePlanOf(view, { lateness });
const clock = () => Number.MAX_SAFE_INTEGER;

let server: RedisServer;
let admin: Redis;
let spaces = 0;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  if (!hasRedis) return;
  server = await startRedis();
  admin = new Redis(server.socket, { retryStrategy: () => 20 });
  admin.on('error', () => {});
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(async () => {
  admin?.disconnect();
  await server?.remove();
});

async function open(options: { prefix?: string; timeoutMs?: number } = {}): Promise<OnlineFeatures> {
  const store = await redisStore(plan, { url: server.url, prefix: `test-${spaces++}`, ...options });
  closing.push(() => store.close());
  return onlineFeatures(plan, store, { clock });
}

const lookup = async (features: OnlineFeatures, time = 20) => (await features.lookup([row(time)]))[0]!.values;
const unavailable = { code: 'FEATURE_STORE_UNAVAILABLE', retryable: true };

if (!hasRedis) {
  console.warn('NOT TESTED: online features in Redis. Put redis-server on PATH.');
  it.skip('NOT TESTED: online features in Redis (no redis-server on PATH)', () => {});
}

describe.runIf(hasRedis)('the Redis store, when Redis fails', () => {
  it('says what is wrong with a URL', async () => {
    await expect(redisStore(plan, { url: 'http://localhost' })).rejects.toMatchObject({
      code: 'FEATURE_STORE_URL_INVALID',
    });
  });

  it('starts without Redis, says so at each call, at once and without queueing, and works when it is back', async () => {
    const before = await open({ prefix: 'away' });
    await before.ingest([departure('1', 10)]);
    await server.kill();
    await vi.waitFor(() => expect(lookup(before)).rejects.toMatchObject(unavailable));

    const features = await open({ prefix: 'away' });
    const answers = await Promise.allSettled(Array.from({ length: 1_000 }, () => lookup(features)));
    expect(answers.every(({ status }) => status === 'rejected')).toBe(true);
    await expect(features.ingest([departure('2', 10)])).rejects.toMatchObject(unavailable);
    await expect(features.ingest([departure('2', 10)])).rejects.toThrow(server.socket);

    await server.start();
    await vi.waitFor(() => lookup(features), 5_000);
    expect((await lookup(features)).departures).toBe(1);
  });

  it('gives up on a Redis that hangs, and answers at once until it is back', async () => {
    const features = await open({ timeoutMs: 100 });
    await features.ingest([departure('1', 10)]);
    server.signal('SIGSTOP');
    await expect(lookup(features)).rejects.toMatchObject(unavailable);
    const answers = await Promise.allSettled(Array.from({ length: 100 }, () => lookup(features)));
    expect(answers.every(({ status }) => status === 'rejected')).toBe(true);
    server.signal('SIGCONT');
    await vi.waitFor(() => lookup(features), 5_000);
    expect((await lookup(features)).departures).toBe(1);
  });

  it('loses nothing when its scripts are flushed', async () => {
    const features = await open();
    await features.ingest([departure('1', 10)]);
    await admin.script('FLUSH');
    await features.ingest([departure('2', 10)]);
    expect((await lookup(features)).departures).toBe(2);
  });

  it('counts nothing of an event when Redis is full, and all of it afterwards', async () => {
    const features = await open();
    await admin.config('SET', 'maxmemory', '1');
    await expect(features.ingest([landing('1', 10)])).rejects.toMatchObject(unavailable);
    await admin.config('SET', 'maxmemory', '0');
    expect(await lookup(features)).toMatchObject({ everywhere: null, under_way: 0 });
    expect(await features.ingest([landing('1', 10)])).toEqual([{ status: 'accepted' }]);
    expect(await lookup(features)).toMatchObject({ everywhere: 30, under_way: -1 });
  });

  it('counts nothing of an event when one of its keys cannot be written', async () => {
    const features = await open({ prefix: 'broken' });
    const space = `{broken:${plan.version}}`;
    const taken = `${space}:landing:`;
    await admin.set(taken, 'somebody else was here');
    await expect(features.ingest([landing('1', 10)])).rejects.toMatchObject(unavailable);
    expect(await admin.keys(`${space}*`)).toEqual([taken]);
  });
});

describe.runIf(hasRedis)('a SIGKILL of Redis in the middle', { timeout: 30_000 }, () => {
  it('leaves each event in all of its streams or in none, and sending all again completes them', async () => {
    const features = await open({ prefix: 'crash' });
    const space = `{crash:${plan.version}}`;
    const airports = ['AAA', 'BBB', 'CCC'];
    const batches = Array.from({ length: 5 * 12 }, (_, batch) =>
      Array.from({ length: 100 }, (_, index) =>
        landing(`${batch}-${index}`, 1_000 + index, {
          origin: airports[index % 3],
          destination: airports[batch % 2],
        }),
      ),
    );
    let acknowledged = 0;
    for (let round = 0; round < 5; round++) {
      const sent = batches.slice(round * 12, round * 12 + 12).map((batch) => features.ingest(batch));
      const settled = Promise.allSettled(sent);
      await sent[round * 2]; // some are acknowledged, some under way, some not yet read
      await server.kill();
      acknowledged += (await settled).filter(({ status }) => status === 'fulfilled').length;
      await server.start();

      const counted = await admin.zcard(`${space}:ids:landing`);
      expect(counted).toBeGreaterThanOrEqual(acknowledged * 100);
      for (const stream of plan.streams.filter(({ event }) => event === 'landing')) {
        expect(await countOf(space, stream), stream.name).toBe(counted);
      }
      await vi.waitFor(() => lookup(features), 5_000);
    }
    expect(acknowledged).toBeLessThan(batches.length);
    for (const batch of batches) await features.ingest(batch);
    for (const stream of plan.streams.filter(({ event }) => event === 'landing')) {
      expect(await countOf(space, stream), stream.name).toBe(6_000);
    }
  });

  /** Events of all keys of a stream: in the last totals, or kept one by one. */
  async function countOf(space: string, stream: OnlineStream): Promise<number> {
    const keys = await admin.keys(`${space}:${stream.name}:*`.replace(/[{}]/g, '\\$&'));
    const first = stream.keeps === 'totals' ? '-1' : '0';
    const members = await Promise.all(keys.map((key) => admin.zrange(key, first, '-1')));
    const numbers = members.flat().map((member) => member.split(':').slice(1).map(Number));
    const counts = numbers.map(([n, ...others]) =>
      stream.keeps === 'totals' ? n! : (1 + others.length) / widthOf(stream),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }
});

describe.runIf(hasRedis)('the Redis store', () => {
  it('takes one script for a batch of rows, and one for a batch of events', async () => {
    const features = await open();
    const scripts = async () => {
      const stats = await admin.info('commandstats');
      const calls = [...stats.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)];
      return calls.reduce((sum, [, count]) => sum + Number(count), 0);
    };
    const before = await scripts();
    await features.ingest(Array.from({ length: 60 }, (_, index) => landing(`${index}`, 10 + index)));
    await features.lookup(Array.from({ length: 60 }, (_, index) => row(50 + index)));
    expect((await scripts()) - before).toBe(2);
  });

  it('is told what others add, and asks Redis for nothing that it has asked for before', async () => {
    const [reader, writer] = [await open({ prefix: 'told' }), await open({ prefix: 'told' })];
    expect((await lookup(reader)).departures).toBe(0);
    const loads = async () =>
      Number(/cmdstat_zrange:calls=(\d+)/.exec(await admin.info('commandstats'))?.[1]);
    const before = await loads();
    const answers = await writer.ingest([departure('1', 10), departure('1', 10), departure('0', -999)]);
    expect(answers.map(({ status }) => status)).toEqual(['accepted', 'duplicate', 'late']);
    await vi.waitFor(async () => expect((await lookup(reader)).departures).toBe(1));
    expect(await loads()).toBe(before);
  });

  it('asks Redis again once it may have missed something: a connection that was lost, or a Redis that was emptied', async () => {
    const [reader, writer] = [await open({ prefix: 'missed' }), await open({ prefix: 'missed' })];
    await lookup(reader);
    await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await writer.ingest([departure('1', 10)]);
    await vi.waitFor(async () => expect((await lookup(reader)).departures).toBe(1));
    await writer.ingest([departure('2', 10)]);
    await vi.waitFor(async () => expect((await lookup(reader)).departures).toBe(2));

    await admin.flushall();
    await writer.ingest([departure('3', 10)]);
    await vi.waitFor(async () => expect((await lookup(reader)).departures).toBe(1));
  });

  it('lets keys expire once no window can see them, but for what is open', async () => {
    const features = await open({ prefix: 'expiry' });
    await features.ingest([departure('1', 10), landing('1', 70)]);
    const keys = (await admin.keys('{expiry:*')).sort();
    const lives = await Promise.all(keys.map(async (key) => [key.split('}:')[1], await admin.ttl(key)]));
    const pause = 7 * 24 * 3600;
    const seconds = (minutes: number) =>
      expect.toSatisfy((ttl: number) => Math.abs(ttl - pause - minutes * 60) < 60);
    expect(Object.fromEntries(lives)).toEqual({
      newest: -1,
      position: -1,
      'ids:departure': seconds(120 + 300 + 100),
      'ids:landing': seconds(120 + 300 + 100),
      'departure_by_destination:BBB': -1,
      'departure_by_origin:AAA': seconds(120 + 60),
      'landing:': seconds(120 + 90),
      'landing_by_destination:BBB': -1,
      'landing_by_origin:AAA': seconds(120 + 60),
      'landing_by_origin_destination:AAA\u001fBBB': seconds(120 + 200),
      'landing_every_100_30:': seconds(120 + 300 + 100),
      'landing_by_origin_destination_slot_every_100_30:AAA\u001fBBB\u001f0': seconds(120 + 200 + 100),
      'landing_every_100_30_of_all_back_200:': seconds(120 + 200 + 100),
      'landing_every_100_30_of_all_back_300:': seconds(120 + 300 + 100),
      'landing_by_origin_every_100_30_of_origin_back_200:AAA': seconds(120 + 200 + 100),
      'landing_by_origin_every_100_30_of_destination_back_200:AAA': seconds(120 + 200 + 100),
      'landing_by_origin_destination_every_100_30_of_origin_destination_back_200:AAA\u001fBBB': seconds(
        120 + 200 + 100,
      ),
    });
  });

  it('keeps of a key only what windows can see, an hour more, and one row before', async () => {
    const features = await open({ prefix: 'pruned' });
    for (let at = 0; at < 3_000; at += 10)
      await features.ingest([departure(`${at}`, at), landing(`${at}`, at)]);
    const rowsOf = (key: string) => admin.zcard(`{pruned:${plan.version}}:${key}`);
    const seen = (window: number) => (lateness + window) / 10;
    expect(await rowsOf('ids:landing')).toBe(seen(0) + 1);
    for (const [key, window] of [
      ['departure_by_origin:AAA', 60],
      ['landing_by_destination:BBB', 200],
    ] as const) {
      expect(await rowsOf(key)).toBeGreaterThan(seen(window));
      expect(await rowsOf(key)).toBeLessThanOrEqual(seen(window + 60) + 2);
    }
    // The snapshots from 2430 to 3030: when the last one began, with the landing at 2930, no window saw back beyond 2930 - 520.
    expect(await rowsOf('landing_every_100_30_of_all_back_300:')).toBe(7);
  });

  storeContract('the Redis store', (of) =>
    redisStore(of, { url: server.url, prefix: `contract-${spaces++}` }),
  );
});
