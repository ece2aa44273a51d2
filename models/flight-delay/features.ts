// What the model knows of a flight at the moment it departs. Three families of aggregates over flights that have *landed* (only
// then is their delay known), one over flights that have departed. README.md tells what each family is worth.

import { days, type FeatureView, hours, type Match } from '@flightdeck/features';

/** History is refreshed once a day, at 09:00 UTC, when America sleeps. */
const nightly = { every: days(1), offset: hours(9) };
const history = { event: 'landing', over: days(28), snapshot: nightly } as const;
const lastHour = { event: 'landing', over: hours(1) } as const;
const lastDay = { event: 'landing', over: hours(24) } as const;

const late = 'late';
const delay = 'clipped_delay';
const toLate = (weight: number) => ({ towards: 'national_late_28d', weight });
const toDelay = (weight: number) => ({ towards: 'national_delay_28d', weight });

// Which flights, seen from this one's airports. Left: the other flight's column; right: this flight's.
const outOfOrigin: Match = { origin: 'origin' };
const intoOrigin: Match = { destination: 'origin' };
const intoDestination: Match = { destination: 'destination' };
const outOfDestination: Match = { origin: 'destination' };
const route: Match = { origin: 'origin', destination: 'destination' };

const share = { minimum: 0, maximum: 1 };
const minutes = { minimum: -30, maximum: 180 };

export const features: FeatureView = {
  name: 'flight-delay',
  entities: { airport: ['origin', 'destination'] },
  derived: {
    late: { kind: 'exceeds', column: 'delay', threshold: 15 },
    clipped_delay: { kind: 'clip', column: 'delay', minimum: -30, maximum: 180 },
    hour: { kind: 'bucket', column: 'minute_of_day', size: 60 },
    slot: { kind: 'bucket', column: 'minute_of_day', size: 180 },
  },
  events: {
    // Silence of two hours is twice the longest in the data.
    departure: { at: 'time', values: [], freshness: hours(2) },
    landing: { at: 'landed_at', values: [late, delay], freshness: hours(2) },
  },
  priors: {
    national_late_28d: { kind: 'mean', value: late, match: {}, ...history },
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

    route_slot_late_28d: {
      kind: 'mean',
      value: late,
      match: { ...route, slot: 'slot' },
      ...history,
      smoothing: toLate(15),
      description: 'Share late on the route in this 3-hour slot, 28 days',
      ...share,
    },
    origin_hour_late_28d: {
      kind: 'mean',
      value: late,
      match: { origin: 'origin', hour: 'hour' },
      ...history,
      smoothing: toLate(30),
      description: 'Share late out of the origin in this hour, 28 days',
      ...share,
    },
    route_delay_28d: {
      kind: 'mean',
      value: delay,
      match: route,
      ...history,
      smoothing: toDelay(20),
      description: 'Mean delay on the route, 28 days, minutes clipped to [-30, 180]',
      ...minutes,
    },

    origin_out_late_1h: airportHour(
      late,
      outOfOrigin,
      'Share late among flights out of the origin that landed in the last hour',
    ),
    origin_out_delay_1h: airportHour(
      delay,
      outOfOrigin,
      'Mean delay of flights out of the origin that landed in the last hour',
    ),
    origin_in_late_1h: airportHour(late, intoOrigin, 'Share late among flights into the origin, last hour'),
    origin_in_delay_1h: airportHour(delay, intoOrigin, 'Mean delay of flights into the origin, last hour'),
    destination_in_late_1h: airportHour(
      late,
      intoDestination,
      'Share late among flights into the destination, last hour',
    ),
    destination_in_delay_1h: airportHour(
      delay,
      intoDestination,
      'Mean delay of flights into the destination, last hour',
    ),
    destination_out_late_1h: airportHour(
      late,
      outOfDestination,
      'Share late among flights out of the destination, last hour',
    ),
    destination_out_delay_1h: airportHour(
      delay,
      outOfDestination,
      'Mean delay of flights out of the destination, last hour',
    ),
    origin_out_delay_24h: airportDay(
      outOfOrigin,
      10,
      'Mean delay of flights out of the origin, last 24 hours',
    ),
    destination_in_delay_24h: airportDay(
      intoDestination,
      10,
      'Mean delay of flights into the destination, last 24 hours',
    ),
    route_delay_24h: airportDay(route, 2, 'Mean delay on the route, last 24 hours'),
    national_late_1h: airportHour(late, {}, 'Share late among all flights that landed in the last hour'),

    departures_origin_1h: {
      kind: 'count',
      event: 'departure',
      match: outOfOrigin,
      over: hours(1),
      description: 'Departures from the origin in the last hour',
      minimum: 0,
    },
    departures_to_destination_1h: {
      kind: 'count',
      event: 'departure',
      match: intoDestination,
      over: hours(1),
      description: 'Departures towards the destination in the last hour',
      minimum: 0,
    },
    under_way_to_destination: {
      kind: 'open',
      opens: 'departure',
      closes: 'landing',
      match: intoDestination,
      description: 'Flights in the air towards the destination',
      minimum: 0,
    },
  },
  label: late,
};

function airportHour(value: string, match: Match, description: string) {
  const smoothing = value === late ? toLate(5) : toDelay(5);
  return {
    kind: 'mean',
    value,
    match,
    ...lastHour,
    smoothing,
    description,
    ...(value === late ? share : minutes),
  } as const;
}

function airportDay(match: Match, weight: number, description: string) {
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
