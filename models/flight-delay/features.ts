// What the model knows of a flight at the moment it departs: how late those are that have *landed* (only then is a delay known), and what
// the route's timetable must be, which is in no file but follows from flights that have landed. README.md tells what each is worth.

import { days, type FeatureView, hours, type Match } from '@flightdeck/features';

/** What is kept for days is refreshed once a day, at 09:00 UTC, when America sleeps. */
const nightly = { every: days(1), offset: hours(9) };
const history = { event: 'landing', over: days(28), snapshot: nightly } as const;
const lastHour = { event: 'landing', over: hours(1) } as const;
const lastDay = { event: 'landing', over: hours(24) } as const;

const late = 'late';
const delay = 'clipped_delay';
const toDelay = (weight: number) => ({ towards: 'national_delay_28d', weight });

// Which flights, seen from this one's airports. Left: the other flight's column; right: this flight's.
const outOfOrigin: Match = { origin: 'origin' };
const intoOrigin: Match = { destination: 'origin' };
const intoDestination: Match = { destination: 'destination' };
const route: Match = { origin: 'origin', destination: 'destination' };

/** Two weeks: long enough to see a daily flight 14 times, short enough to have forgotten the last timetable. */
const fortnight = { event: 'landing', over: days(14), snapshot: nightly } as const;
/** A flight was due its delay before it left. So one that was due 20 minutes before this one leaves may be this one, 20 minutes late. */
const due = { theirs: 'due_minute', own: 'minute_of_day', period: days(1) } as const;
const left = { theirs: 'minute_of_day', own: 'minute_of_day', period: days(1), from: -3, to: 3 } as const;

const share = { minimum: 0, maximum: 1 };
const minutes = { minimum: -30, maximum: 180 };

export const features: FeatureView = {
  name: 'flight-delay',
  entities: { airport: ['origin', 'destination'] },
  derived: {
    late: { kind: 'exceeds', column: 'delay', threshold: 15 },
    clipped_delay: { kind: 'clip', column: 'delay', minimum: -30, maximum: 180 },
    due_minute: { kind: 'difference', column: 'minute_of_day', less: 'delay' },
  },
  events: {
    // Silence of two hours is twice the longest in the data.
    departure: { at: 'time', values: [], freshness: hours(2) },
    landing: {
      at: 'landed_at',
      values: [late, delay],
      positions: ['minute_of_day', 'due_minute'],
      freshness: hours(2),
    },
  },
  priors: {
    national_delay_28d: { kind: 'mean', value: delay, match: {}, ...history },
  },
  features: {
    origin: { kind: 'category', column: 'origin', description: 'Airport of departure, three letters (IATA)' },
    destination: {
      kind: 'category',
      column: 'destination',
      description: 'Airport of arrival, three letters (IATA)',
    },
    minute_of_day: {
      kind: 'number',
      column: 'minute_of_day',
      description: "Departure on the origin's clock, minutes since midnight",
      minimum: 0,
      maximum: 1439,
    },
    weekday: {
      kind: 'number',
      column: 'weekday',
      description: 'ISO weekday, 1 is Monday',
      minimum: 1,
      maximum: 7,
    },
    distance: { kind: 'number', column: 'distance', description: 'Miles', minimum: 1, maximum: 6000 },

    origin_out_delay_1h: delayInHour(outOfOrigin, 'flights out of the origin'),
    origin_in_delay_1h: delayInHour(intoOrigin, 'flights into the origin'),
    destination_in_delay_1h: delayInHour(intoDestination, 'flights into the destination'),
    destination_in_delay_24h: delayInDay(intoDestination, 10, 'flights into the destination'),
    route_delay_24h: delayInDay(route, 2, 'flights on the route'),

    due_in_30_to_6: dueBetween(-30, -6),
    due_now: dueBetween(-5, 5),
    due_6_to_15_ago: dueBetween(6, 15),
    due_16_to_30_ago: dueBetween(16, 30),
    due_31_to_60_ago: dueBetween(31, 60),
    due_61_to_120_ago: dueBetween(61, 120),
    due_121_to_240_ago: dueBetween(121, 240),
    left_at_this_minute: {
      kind: 'near',
      match: route,
      ...fortnight,
      ...left,
      description: 'Flights of 14 days on the route that left within 3 minutes of this minute',
      minimum: 0,
    },
    late_at_this_minute: {
      kind: 'near',
      match: route,
      ...fortnight,
      ...left,
      value: late,
      description: 'Share late among these',
      ...share,
    },
    overdue_15m: overdue(15),
    overdue_30m: overdue(30),
    overdue_1h: overdue(60),
    overdue_90m: overdue(90),
    overdue_2h: overdue(120),
    overdue_3h: overdue(180),
    overdue_4h: overdue(240),
  },
  label: late,
};

function delayInHour(match: Match, which: string) {
  const description = `Mean delay of ${which} that landed in the last hour`;
  return {
    kind: 'mean',
    value: delay,
    match,
    ...lastHour,
    smoothing: toDelay(5),
    description,
    ...minutes,
  } as const;
}

function delayInDay(match: Match, weight: number, which: string) {
  const description = `Mean delay of ${which} that landed in the last 24 hours`;
  return {
    kind: 'mean',
    value: delay,
    match,
    ...lastDay,
    smoothing: toDelay(weight),
    description,
    ...minutes,
  } as const;
}

/** Between so many minutes before this one leaves; negative: after. */
function dueBetween(from: number, to: number) {
  const when =
    to < 0
      ? `in the ${-to} to ${-from} minutes after this one leaves`
      : `in the ${from} to ${to} minutes before`;
  const description = `Flights of 14 days on the route that were due ${when}`;
  return { kind: 'near', match: route, ...fortnight, ...due, from, to, description, minimum: 0 } as const;
}

/** Flights that should have left by now, less those that have. */
function overdue(window: number) {
  return {
    kind: 'deficit',
    match: route,
    expected: { ...fortnight, ...due, from: 0, to: window - 1 },
    seen: { event: 'departure', over: window },
    description: `Flights on the route due in the last ${window} minutes, by 14 days' average, less those that left`,
  } as const;
}
