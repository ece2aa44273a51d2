// A copy of a store whose news and answers may come in any order but their own, as they do over two connections.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Accepted, type FollowedStore, followedStore, type Origin } from './followed-store.ts';
import { type MemoryStore, memoryStore } from './memory-store.ts';
import { view } from './online.fixture.ts';
import { type OnlineFeatures, onlineFeatures } from './online-features.ts';
import { type OnlinePlan, onlinePlanOf } from './online-plan.ts';
import { departure, landing, row, storeContract } from './store.contract.ts';

const plan = onlinePlanOf(view, { lateness: 120 });
const clock = () => Number.MAX_SAFE_INTEGER;

interface News {
  readonly position: number;
  readonly accepted: readonly Accepted[];
}

/** A memory store that others copy. `tell` brings an answer or a piece of news on its way. */
function originOf(
  of: OnlinePlan,
  onNews: (news: News) => void,
  tell: <Value>(value: Value) => Promise<Value>,
) {
  const store: MemoryStore = memoryStore(of);
  const asked: string[] = [];
  let position = 0;
  let turn: Promise<unknown> = Promise.resolve();
  /** Nothing is loaded between an addition and its position. */
  function inTurn<Value>(work: () => Promise<Value> | Value): Promise<Value> {
    const done = turn.then(work);
    turn = done;
    return done;
  }
  const origin: Origin = {
    async add(arrivals) {
      const decided = await inTurn(async () => {
        const outcomes = await store.add(arrivals);
        const accepted = arrivals.filter((_, index) => outcomes[index] === 'accepted');
        if (accepted.length > 0) onNews({ position: ++position, accepted });
        return { outcomes, position };
      });
      return tell(decided);
    },
    async load(keys) {
      const loaded = await inTurn(() => {
        asked.push(...keys.map(({ stream, key }) => `${stream.name} ${key}`));
        const { newest, kept } = store.read(keys);
        return { position, newest: [...newest], rows: kept.map((one) => [...(one?.rows ?? [])]) };
      });
      return tell(loaded);
    },
    close: async () => {},
  };
  return { origin, asked, store };
}

/** A copy that hears at once, with what it asked its origin for. */
function copied({ maximumKeys = 1_000 } = {}) {
  const silence = { isOn: false };
  const { origin, asked, store } = originOf(
    plan,
    ({ position, accepted }) => {
      if (!silence.isOn) copy.hear(position, accepted);
    },
    async (value) => value,
  );
  const copy: FollowedStore = followedStore(plan, origin, { maximumKeys });
  copy.follow(0);
  const others = onlineFeatures(
    plan,
    { ...store, add: async (arrivals) => [...(await origin.add(arrivals)).outcomes] },
    { clock },
  );
  return { copy, asked, silence, others, features: onlineFeatures(plan, copy, { clock }) };
}

const departures = async (features: OnlineFeatures, own = {}) =>
  (await features.lookup([row(20, own)]))[0]!.values.departures;

describe('a copy of a store starts anew', () => {
  it('when it is told of something that does not follow on what it knows', async () => {
    const { features, others, silence } = copied();
    expect(await departures(features)).toBe(0);
    silence.isOn = true;
    await others.ingest([departure('1', 10)]);
    silence.isOn = false;
    await others.ingest([departure('2', 10)]);
    expect(await departures(features)).toBe(2);
  });

  it('when nobody tells it any more, and asks each time until somebody does', async () => {
    const { copy, features, others, asked, silence } = copied();
    await departures(features);
    copy.lost();
    silence.isOn = true;
    await others.ingest([departure('1', 10)]);
    expect(await departures(features)).toBe(1);
    await features.ingest([departure('2', 10)]);
    expect(await departures(features)).toBe(2);
    copy.follow(2);
    silence.isOn = false;
    expect(await departures(features)).toBe(2);
    const before = asked.length;
    await others.ingest([departure('3', 10)]);
    expect(await departures(features)).toBe(3);
    expect(asked).toHaveLength(before);
  });

  it('when it would have more keys than it may, and answers all the same', async () => {
    const { features, others, asked } = copied({ maximumKeys: 40 });
    await others.ingest([departure('1', 10)]);
    for (let airport = 0; airport < 20; airport++) {
      expect(await departures(features, { origin: `made-up-${airport}` })).toBe(0);
    }
    const before = asked.length;
    expect(await departures(features)).toBe(1);
    expect(asked.length).toBeGreaterThan(before);
  });
});

describe('a copy of a store', () => {
  it('asks once for each key, also for one that nothing ever joined', async () => {
    const { features, others, asked } = copied();
    await departures(features);
    expect(new Set(asked).size).toBe(asked.length);
    const before = asked.length;
    await others.ingest([departure('1', 10), landing('1', 15)]);
    expect(await departures(features)).toBe(1);
    expect(asked).toHaveLength(before);
  });

  it('is no longer of use once what it was told of is gone from it: what it may forget, it forgets as its origin does', async () => {
    const { features, others } = copied();
    for (let at = 0; at < 3_000; at += 10) {
      await others.ingest([departure(`${at}`, at), landing(`${at}`, at)]);
      const [answer] = await features.lookup([row(at)]);
      expect(answer).toEqual((await others.lookup([row(at)]))[0]);
    }
  });

  it('knows what was added through it, and all in the end, in whichever order answers and news come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.nat(5), { minLength: 1, maxLength: 30 }),
        async (s, steps) => {
          const followers: ((news: News) => void)[] = [];
          const { origin, store } = originOf(
            plan,
            (news) => {
              for (const send of followers) send(news);
            },
            (value) => s.schedule(Promise.resolve(value)),
          );
          const copies = [0, 1].map(() => {
            const copy = followedStore(plan, origin);
            copy.follow(0);
            // When a piece of news comes is anybody's guess, but they come in their order.
            const underWay: News[] = [];
            followers.push((news) => {
              underWay.push(news);
              void s.schedule(Promise.resolve()).then(() => {
                const { position, accepted } = underWay.shift()!;
                copy.hear(position, accepted);
              });
            });
            return onlineFeatures(plan, copy, { clock });
          });
          const own = [0, 0];
          const work = steps.map(async (step, index) => {
            const which = step % 2;
            const features = copies[which]!;
            if (step > 2) return features.lookup([row(20)]);
            await features.ingest([departure(`${index}`, 10)]);
            own[which]! += 1;
            const least = own[which]!;
            const answer = await departures(features);
            expect(answer).toBeGreaterThanOrEqual(least);
            return answer;
          });
          await s.waitFor(Promise.all(work));
          await s.waitIdle();
          const truth = await departures(onlineFeatures(plan, store, { clock }));
          for (const features of copies) {
            const last = departures(features);
            expect(await s.waitFor(last)).toBe(truth);
          }
        },
      ),
      { numRuns: 300, seed: 1 },
    );
  });
});

storeContract('a copy of a store', async (of) => {
  const { origin } = originOf(
    of,
    ({ position, accepted }) => void Promise.resolve().then(() => copy.hear(position, accepted)),
    async (value) => value,
  );
  const copy = followedStore(of, origin);
  copy.follow(0);
  return copy;
});
