// 3,000,000 US flights of January to June 2001: where they come from, how they are cleaned, and what must hold of them.
// README.md beside this file is the datasheet.

import { fileURLToPath } from 'node:url';
import type { DatasetDefinition } from '@flightdeck/dataset';
import { zoneExpression } from './airport-zones.ts';
import { misdatedNight } from './misdated-night.ts';

/** The package exports only its code, which lives in build/; its data folder is beside that. */
const packaged = (file: string) =>
  fileURLToPath(new URL(`../data/${file}`, import.meta.resolve('vega-datasets')));

/**
 * Clean rows. `date` is the local clock of the origin; `time` puts it on UTC. The offset of a zone is looked up once per zone and hour, because
 * asking for it 3,000,000 times costs four seconds. `landed_at` estimates the landing without the delay, which is not known
 * yet at departure: 7.5 miles a minute and 40 minutes for taxi and slack. The label is known when the flight has really landed.
 */
const rows = `
  with local as (
    select file_row_number::integer as id, date, delay, distance, origin, destination, ${zoneExpression} as zone,
      date_trunc('hour', date) as hour
    from flights left join airports on iata = origin
  ),
  offsets as (
    select zone, hour, ((epoch(timezone(zone, hour)) - epoch(hour)) / 60)::integer as minutes
    from (select distinct zone, hour from local)
  ),
  timed as (
    select id, (epoch(date) / 60)::integer + minutes as time, ceil(distance / 7.5)::integer + 40 as flying,
      origin, destination, distance::smallint as distance, delay::smallint as delay, date::date as local_date,
      (hour(date) * 60 + minute(date))::smallint as minute_of_day, isodow(date)::tinyint as weekday
    from local left join offsets using (zone, hour)
  )
  select id, time, time + flying as landed_at, time + flying + greatest(delay, 0) as known_at,
    origin, destination, distance, delay, local_date, minute_of_day, weekday
  from timed`;

export const flights: DatasetDefinition = {
  name: 'flights',
  licence: 'BSD-3-Clause (package); US government work, public domain (data)',
  citation:
    'US Department of Transportation, Bureau of Transportation Statistics, on-time performance, January to June 2001, ' +
    'as packaged in npm vega-datasets 3.2.1 (https://github.com/vega/vega-datasets).',
  files: {
    flights: {
      path: packaged('flights-3m.parquet'),
      format: 'parquet',
      sha256: 'dbeb920c90f59b6ccaff823dcc3d08f25a97fa1ce128d93f40be4e931f5900b0',
      columns: {
        date: 'TIMESTAMP',
        delay: 'BIGINT',
        distance: 'BIGINT',
        origin: 'VARCHAR',
        destination: 'VARCHAR',
      },
    },
    airports: {
      path: packaged('airports.csv'),
      format: 'csv',
      sha256: '903c7169e6d558eefb95295fe2947ec8503135fbb855ea5c737cf4a90ea603ad',
      columns: { iata: 'VARCHAR', state: 'VARCHAR' },
    },
  },
  rows,
  expectations: [
    {
      kind: 'not-null',
      severity: 'quarantine',
      columns: ['time', 'delay', 'distance', 'origin', 'destination'],
    },
    { kind: 'rows', severity: 'quarantine', name: 'the night carries its own date', broken: misdatedNight },
    {
      kind: 'rule',
      severity: 'quarantine',
      name: 'the delay began on the date given',
      holds: 'delay <= minute_of_day',
    },
    { kind: 'range', severity: 'quarantine', column: 'delay', minimum: -90, maximum: 1000 },
    { kind: 'range', severity: 'quarantine', column: 'distance', minimum: 1, maximum: 6000 },
    {
      kind: 'range',
      severity: 'quarantine',
      column: 'local_date',
      minimum: '2001-01-01',
      maximum: '2001-06-30',
    },
    {
      kind: 'unique',
      severity: 'quarantine',
      columns: ['local_date', 'minute_of_day', 'origin', 'destination', 'distance', 'delay'],
    },
    { kind: 'monotone', severity: 'warn', column: 'local_date' },
    { kind: 'category-growth', severity: 'warn', column: 'origin', days: 28, maximumShare: 0.05 },
    { kind: 'category-growth', severity: 'warn', column: 'destination', days: 28, maximumShare: 0.05 },
  ],
  maximumQuarantinedShare: 0.02,
};

export default flights;
