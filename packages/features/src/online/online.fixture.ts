// A view with every kind of declaration, random flights for it, and the truth: what each feature of a row must be, by looking at all events.

import fc from 'fast-check';
import type { Aggregate, Deficit, FeatureView, Match, Near, Nearness } from '../definition.ts';
import type { FeatureEvent } from './event-intake.ts';
import type { FeatureAnswer, FeatureRow, FeatureStatus } from './online-features.ts';
import type { ArrivalOutcome } from './store.ts';

export const snapshot = { every: 100, offset: 30 };
const route = { origin: 'origin', destination: 'destination' };
const mean = { kind: 'mean', event: 'landing', description: '' } as const;

/** A cycle of 90 minutes, so that a few flights meet often, and across its end. */
const landed = { event: 'landing', over: 200, snapshot } as const;
const due = { theirs: 'due', own: 'minute_of_day', period: 90 } as const;
const near = { kind: 'near', match: route, ...landed, ...due, description: '' } as const;

/** Windows short enough for small streams to leave them behind. */
export const view: FeatureView = {
  name: 'test',
  entities: { airport: ['origin', 'destination'] },
  derived: {
    late: { kind: 'exceeds', column: 'delay', threshold: 15 },
    clipped: { kind: 'clip', column: 'delay', minimum: -30, maximum: 60 },
    slot: { kind: 'bucket', column: 'minute_of_day', size: 180 },
    due: { kind: 'difference', column: 'minute_of_day', less: 'delay' },
  },
  events: {
    departure: { at: 'time', values: [] },
    landing: {
      at: 'landed_at',
      values: ['late', 'clipped'],
      positions: ['due', 'minute_of_day'],
      freshness: 90,
    },
  },
  priors: {
    late_everywhere: { kind: 'mean', event: 'landing', value: 'late', match: {}, over: 300, snapshot },
  },
  features: {
    origin: { kind: 'category', column: 'origin', description: '' },
    minute: { kind: 'number', column: 'minute_of_day', description: '', default: 720 },
    out_of_origin: { ...mean, value: 'clipped', match: { origin: 'origin' }, over: 60, default: 5 },
    into_origin: { ...mean, value: 'late', match: { destination: 'origin' }, over: 60 },
    into_origin_longer: { ...mean, value: 'late', match: { destination: 'origin' }, over: 200 },
    smoothed: {
      ...mean,
      value: 'late',
      match: route,
      over: 200,
      smoothing: { towards: 'late_everywhere', weight: 2.5 },
    },
    history: { ...mean, value: 'late', match: { ...route, slot: 'slot' }, over: 200, snapshot },
    everywhere: { ...mean, value: 'clipped', match: {}, over: 60 },
    departures: { kind: 'count', event: 'departure', match: { origin: 'origin' }, over: 60, description: '' },
    under_way: {
      kind: 'open',
      opens: 'departure',
      closes: 'landing',
      match: { destination: 'destination' },
      description: '',
    },
    due_around: { ...near, from: -10, to: 25 },
    due_before: { ...near, match: { origin: 'destination' }, from: 5, to: 60, default: 3 },
    due_after: { ...near, match: {}, over: 300, from: -40, to: -1 },
    delay_when_due: { ...near, from: -10, to: 25, value: 'clipped' },
    late_at_this_minute: { ...near, match: {}, theirs: 'minute_of_day', from: -20, to: 20, value: 'late' },
    early_in_this_slot: { ...near, own: 'slot', from: -89, to: -60, value: 'clipped' },
    overdue: {
      kind: 'deficit',
      match: { origin: 'origin' },
      expected: { ...landed, ...due, from: 0, to: 29 },
      seen: { event: 'departure', over: 30 },
      description: '',
    },
  },
  label: 'late',
};

export interface Flight {
  readonly [column: string]: string | number;
  readonly id: number;
  readonly time: number;
  readonly landed_at: number;
  readonly origin: string;
  readonly destination: string;
  readonly delay: number;
  readonly minute_of_day: number;
}

/** Flights within so many minutes. */
export const flightsWithin = (span: number, size: { minLength: number; maxLength: number }) =>
  fc
    .array(
      fc.record({
        time: fc.integer({ min: 0, max: span }),
        flying: fc.integer({ min: 20, max: 90 }),
        origin: fc.constantFrom('AAA', 'BBB', 'CCC'),
        destination: fc.constantFrom('AAA', 'BBB', 'CCC'),
        delay: fc.integer({ min: -60, max: 200 }),
      }),
      size,
    )
    .map((flights) =>
      flights.map(
        ({ flying, ...flight }, id): Flight => ({
          ...flight,
          id,
          landed_at: flight.time + flying,
          minute_of_day: (flight.time * 7) % 1440,
        }),
      ),
    );

export interface Truth {
  /** What a store must say to an event. */
  outcome(event: FeatureEvent): ArrivalOutcome;
  /** What the engine must say to a row, from the events accepted so far. */
  answer(row: FeatureRow): FeatureAnswer;
}

export function truth(lateness: number): Truth {
  const newest = new Map<string, number>();
  const accepted: FeatureEvent[] = [];

  function value(row: FeatureRow, aggregate: Aggregate): number | null {
    if (eventsOfAggregate(aggregate).some((event) => row.time < (newest.get(event) ?? row.time) - lateness))
      return null;
    const columns = withDerived(row.columns);
    if (Object.values(aggregate.match).some((own) => columns[own] === undefined)) return null;
    if (aggregate.kind === 'near') return nearValue(row, aggregate);
    if (aggregate.kind === 'deficit') return deficit(row, aggregate);
    const mine = matching(row, aggregate.match);
    if (aggregate.kind === 'open') {
      const before = (type: string) =>
        mine.filter((event) => event.type === type && event.at < row.time).length;
      return before(aggregate.opens) - before(aggregate.closes);
    }
    const end = aggregate.snapshot ? lastSnapshot(row.time) : row.time;
    const seen = mine.filter(
      ({ type, at }) => type === aggregate.event && at < end && at >= end - aggregate.over,
    );
    if (aggregate.kind === 'count') return seen.length;
    const sum = seen.reduce((total, event) => total + Number(withDerived(event.columns)[aggregate.value]), 0);
    if (!aggregate.smoothing) return seen.length === 0 ? null : sum / seen.length;
    const { towards, weight } = aggregate.smoothing;
    const prior = value(row, view.priors[towards]!);
    return prior === null ? null : (sum + weight * prior) / (seen.length + weight);
  }

  function matching(row: FeatureRow, match: Match): FeatureEvent[] {
    const columns = withDerived(row.columns);
    return accepted.filter((event) =>
      Object.entries(match).every(([theirs, own]) => withDerived(event.columns)[theirs] === columns[own]),
    );
  }

  /** The events near a row, from what its last snapshot knows. Null where it is nowhere on the cycle. */
  function nearRow(row: FeatureRow, near: Omit<Near, 'kind'>): FeatureEvent[] | null {
    const own = withDerived(row.columns)[near.own];
    if (own === undefined) return null;
    const end = lastSnapshot(row.time);
    return matching(row, near.match).filter(
      ({ type, at, columns }) =>
        type === near.event &&
        at < end &&
        at >= end - near.over &&
        isNear(Number(own) - Number(withDerived(columns)[near.theirs]), near),
    );
  }

  function nearValue(row: FeatureRow, near: Near): number | null {
    const events = nearRow(row, near);
    if (events === null) return null;
    if (near.value === undefined) return events.length;
    const values = events.map(({ columns }) => Number(withDerived(columns)[near.value!]));
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value) / values.length;
  }

  function deficit(row: FeatureRow, { match, expected, seen }: Deficit): number | null {
    const due = nearRow(row, { match, ...expected });
    const come = matching(row, match).filter(
      ({ type, at }) => type === seen.event && at < row.time && at >= row.time - seen.over,
    );
    return due && (due.length * expected.period) / expected.over - come.length;
  }

  /** Only landings declare a freshness. */
  function freshness(row: FeatureRow, aggregate: Aggregate): FeatureStatus {
    if (!eventsOfAggregate(aggregate).includes('landing')) return 'present';
    const landings = accepted.filter(({ type, at }) => type === 'landing' && at < row.time);
    return landings.some(({ at }) => at >= row.time - 90) ? 'present' : 'stale';
  }

  return {
    outcome(event) {
      const last = newest.get(event.type) ?? event.at;
      if (event.at < last - lateness) return 'late';
      if (accepted.some(({ type, id }) => type === event.type && id === event.id)) return 'duplicate';
      newest.set(event.type, Math.max(last, event.at));
      accepted.push(event);
      return 'accepted';
    },
    answer(row) {
      const answers = Object.entries(view.features).map(([name, feature]) => {
        const own = 'column' in feature ? row.columns[feature.column] : undefined;
        const said = (row.given[name] ?? own ?? null) as number | null;
        if (said !== null) return [name, said, 'given'] as const;
        const found = 'column' in feature ? null : value(row, feature as Aggregate);
        if (found === null) return [name, feature.default ?? null, 'default'] as const;
        return [name, Math.fround(found), freshness(row, feature as Aggregate)] as const;
      });
      return {
        values: Object.fromEntries(answers.map(([name, value]) => [name, value])),
        statuses: Object.fromEntries(answers.map(([name, , status]) => [name, status])),
      };
    },
  };
}

function lastSnapshot(time: number): number {
  return Math.floor((time - snapshot.offset) / snapshot.every) * snapshot.every + snapshot.offset;
}

/** Whether a distance, with as many cycles as it takes, is within the bounds. */
function isNear(distance: number, { from, to, period }: Nearness): boolean {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index).some(
    (wanted) => (distance - wanted) % period === 0,
  );
}

function eventsOfAggregate(aggregate: Aggregate): string[] {
  switch (aggregate.kind) {
    case 'open':
      return [aggregate.opens, aggregate.closes];
    case 'deficit':
      return [aggregate.expected.event, aggregate.seen.event];
    default:
      return [aggregate.event];
  }
}

function withDerived(columns: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const delay = columns.delay === undefined ? undefined : Number(columns.delay);
  return {
    ...columns,
    late: delay === undefined ? undefined : Number(delay > 15),
    clipped: delay === undefined ? undefined : Math.max(-30, Math.min(60, delay)),
    due:
      delay === undefined || columns.minute_of_day === undefined
        ? undefined
        : Number(columns.minute_of_day) - delay,
    slot: columns.minute_of_day === undefined ? undefined : Math.floor(Number(columns.minute_of_day) / 180),
  };
}
