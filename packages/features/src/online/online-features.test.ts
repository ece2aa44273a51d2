import { FlightdeckError, manualClock } from '@flightdeck/core';
import { describe, expect, it } from 'vitest';
import type { FeatureView } from '../definition.ts';
import type { FeatureEvent } from './event-intake.ts';
import { memoryStore } from './memory-store.ts';
import { view } from './online.fixture.ts';
import { onlineFeatures } from './online-features.ts';
import { onlinePlanOf } from './online-plan.ts';
import { departure, landing, row } from './store.contract.ts';
import type { FeatureStore } from './store.ts';

const plan = onlinePlanOf(view);
const minute = 60_000;

function engine(store: FeatureStore = memoryStore(plan), clock = () => 1_000 * minute) {
  return onlineFeatures(plan, store, { clock });
}

const away: FeatureStore = {
  add: () => Promise.reject(new FlightdeckError('FEATURE_STORE_UNAVAILABLE', 'Away.', { retryable: true })),
  read: () => Promise.reject(new FlightdeckError('FEATURE_STORE_UNAVAILABLE', 'Away.', { retryable: true })),
  close: async () => {},
};

describe('an event is refused', () => {
  const tooLong = 'x'.repeat(201);
  it.each<[string, FeatureEvent, string, RegExp]>([
    [
      'of an unknown type',
      { ...departure('1', 1), type: 'toString' },
      'EVENT_TYPE_UNKNOWN',
      /Declared are departure, landing/,
    ],
    ['without an id', departure('', 1), 'EVENT_INVALID', /id of a departure/],
    ['with an endless id', departure(tooLong, 1), 'EVENT_INVALID', /1 to 200 characters/],
    ['at no whole minute', departure('1', 1.5), 'EVENT_INVALID', /whole minutes since 1970 UTC, not 1.5/],
    ['at no time', departure('1', Number.NaN), 'EVENT_INVALID', /not NaN/],
    ['from the future', departure('1', 1_006), 'EVENT_FROM_FUTURE', /more than 5 minutes ahead/],
    [
      'without a column of a key',
      departure('1', 1, { origin: undefined }),
      'EVENT_INVALID',
      /departure 1 needs "origin", a name or a number, and has none/,
    ],
    ['with an empty name', departure('1', 1, { origin: '' }), 'EVENT_INVALID', /has ""/],
    ['with an endless name', departure('1', 1, { origin: tooLong }), 'EVENT_INVALID', /needs "origin"/],
    [
      'with a name that would split its key',
      departure('1', 1, { origin: 'A\u001fB' }),
      'EVENT_INVALID',
      /needs "origin"/,
    ],
    [
      'without a column of a value',
      landing('1', 1, { delay: null }),
      'EVENT_INVALID',
      /needs "delay", a number, and has null/,
    ],
    ['with text for a number', landing('1', 1, { delay: '12' }), 'EVENT_INVALID', /has "12"/],
    ['with a number that is none', landing('1', 1, { delay: Number.NaN }), 'EVENT_INVALID', /needs "delay"/],
    [
      'without a column that says where it is on a cycle',
      landing('1', 1, { minute_of_day: undefined }),
      'EVENT_INVALID',
      /needs "minute_of_day", a number, and has none/,
    ],
    [
      'with text where it is on a cycle',
      landing('1', 1, { minute_of_day: '12:00' }),
      'EVENT_INVALID',
      /needs "minute_of_day", a number, and has "12:00"/,
    ],
    [
      'with a number out of bounds',
      landing('1', 1, { minute_of_day: 1e300 }),
      'EVENT_INVALID',
      /needs "minute_of_day"/,
    ],
  ])('%s, alone, and says why', async (_, event, code, message) => {
    const features = engine();
    const outcomes = await features.ingest([departure('before', 1), event, departure('after', 1)]);
    expect(outcomes).toEqual([
      { status: 'accepted' },
      { status: 'refused', code, message: expect.stringMatching(message) },
      { status: 'accepted' },
    ]);
    expect((await features.lookup([row(2)]))[0]?.values.departures).toBe(2);
  });

  it('from the future only until the clock gets there', async () => {
    const clock = manualClock(1_000 * minute);
    const features = engine(memoryStore(plan), clock);
    expect((await features.ingest([departure('1', 1_006)]))[0]?.status).toBe('refused');
    clock.advance(minute);
    expect((await features.ingest([departure('1', 1_006)]))[0]?.status).toBe('accepted');
  });
});

describe('a row', () => {
  it.each([1.5, Number.NaN, Number.POSITIVE_INFINITY])('has no time like %s', async (time) => {
    await expect(engine().lookup([row(time)])).rejects.toMatchObject({ code: 'ROW_TIME_INVALID' });
  });

  it('gets defaults for what its columns do not say whose it is, and everything else', async () => {
    const features = engine();
    await features.ingest([departure('1', 10), landing('1', 50)]);
    const [answer] = await features.lookup([
      { time: 60, columns: { destination: 'BBB', origin: 17n }, given: {} },
    ]);
    expect(answer).toEqual({
      values: {
        origin: null,
        minute: 720,
        out_of_origin: 5,
        into_origin: null,
        into_origin_longer: null,
        smoothed: null,
        history: null,
        everywhere: 30,
        departures: null,
        under_way: 0,
        due_around: null,
        due_before: 3,
        due_after: null,
        delay_when_due: null,
        late_at_this_minute: null,
        early_in_this_slot: null,
        overdue: null,
      },
      statuses: expect.objectContaining({
        out_of_origin: 'default',
        everywhere: 'present',
        under_way: 'present',
      }),
    });
  });

  it('is looked up by the columns that it brought as features', async () => {
    const features = engine();
    await features.ingest([departure('1', 10, { origin: 'CCC' })]);
    const given = { origin: 'CCC', minute: 100, everywhere: null };
    const [answer] = await features.lookup([{ time: 60, columns: { destination: 'BBB' }, given }]);
    expect(answer?.values).toMatchObject({ origin: 'CCC', minute: 100, departures: 1, everywhere: null });
    expect(answer?.statuses).toMatchObject({
      origin: 'given',
      minute: 'given',
      departures: 'present',
      everywhere: 'default',
    });
  });

  it('that lacks nothing needs no store', async () => {
    const given = Object.fromEntries(Object.keys(view.features).map((name) => [name, 1]));
    const untouched: FeatureStore = {
      ...away,
      read(keys) {
        expect(keys).toEqual([]);
        return { newest: new Map(), kept: [] };
      },
    };
    const [answer] = await engine(untouched).lookup([row(60, {}, given)]);
    expect(new Set(Object.values(answer!.statuses))).toEqual(new Set(['given']));
  });
});

describe('what is looked up', () => {
  const status = async (time: number, ...events: FeatureEvent[]) => {
    const features = engine();
    await features.ingest(events);
    return (await features.lookup([row(time)]))[0]!.statuses;
  };

  it('is stale once no event of a needed type has happened anywhere for longer than its freshness', async () => {
    const other = landing('1', 500, { origin: 'CCC', destination: 'CCC' });
    expect(await status(590, other)).toMatchObject({ under_way: 'present', departures: 'present' });
    expect(await status(591, other)).toMatchObject({ under_way: 'stale', departures: 'present' });
  });

  it('is not made fresh by what happens at or after the time of the row', async () => {
    expect(await status(600, landing('1', 600), landing('2', 700))).toMatchObject({ under_way: 'stale' });
  });

  it('is stale before the first event: a feed that has never spoken is silent too', async () => {
    expect(await status(10)).toMatchObject({
      under_way: 'stale',
      departures: 'present',
      everywhere: 'default',
    });
  });

  it('keeps its value when it is stale', async () => {
    const features = engine();
    await features.ingest([departure('1', 300), landing('0', 310)]);
    const [answer] = await features.lookup([row(900)]);
    expect(answer?.values.under_way).toBe(0);
    expect(answer?.statuses.under_way).toBe('stale');
  });
});

describe('a store that is away', () => {
  it('is an error that may be tried again, for events and for rows', async () => {
    const features = engine(away);
    const wanted = { code: 'FEATURE_STORE_UNAVAILABLE', retryable: true };
    await expect(features.ingest([departure('1', 1)])).rejects.toMatchObject(wanted);
    await expect(features.lookup([row(2)])).rejects.toMatchObject(wanted);
  });
});

describe('a plan', () => {
  it('has a version that changes with what is kept, and not with what is only said or read', () => {
    const versionOf = (change: Partial<FeatureView>) => onlinePlanOf({ ...view, ...change }).version;
    const departures = { ...view.features.departures!, description: 'altered' };
    expect(versionOf({ features: { ...view.features, departures } })).toBe(plan.version);
    const longer = { ...departures, over: 61 } as typeof departures;
    expect(versionOf({ features: { ...view.features, departures: longer } })).not.toBe(plan.version);
    const late = { kind: 'exceeds', column: 'delay', threshold: 16 } as const;
    expect(versionOf({ derived: { ...view.derived, late } })).not.toBe(plan.version);
    const landing = { ...view.events.landing!, at: 'known_at' };
    expect(versionOf({ events: { ...view.events, landing } })).not.toBe(plan.version);
    const due = { ...view.features.due_around!, from: -5 } as typeof departures;
    expect(versionOf({ features: { ...view.features, due_around: due } })).toBe(plan.version);
    expect(
      versionOf({ features: { ...view.features, due_around: { ...due, over: 400 } as typeof departures } }),
    ).not.toBe(plan.version);
    expect(onlinePlanOf(view, { lateness: 60 }).version).not.toBe(plan.version);
  });
});
