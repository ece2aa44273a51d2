// A model's prediction log as the controller reads it: DuckDB in memory over what has been flushed, and the event time that the log has
// reached. One at a time, and given back before the next.

import { type Database, openDatabase } from '@flightdeck/dataset';
import { openPredictionRecords } from '@flightdeck/monitoring';
import { firstMonday, type Traffic } from './windows.ts';

export interface LogPlace {
  readonly home: string;
  readonly memoryLimit: string;
}

/** Opens the views over a model's log, hands them to `work`, and closes them. */
export async function withLog<Result>(
  { home, memoryLimit }: LogPlace,
  model: string,
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  const database = await openDatabase({ memoryLimit });
  try {
    const records = await openPredictionRecords(database, { home, model });
    try {
      return await work(database);
    } finally {
      records.close();
    }
  } finally {
    await database.close();
  }
}

/** So many of the latest requests are asked what time it is, of so many rows at most. */
const witnesses = { requests: 21, rows: 2_000 };
/** By so much may a caller's clock be ahead of ours. */
const skewMs = 5 * 60_000;

/**
 * The event time that the log has reached: the median of the latest requests, and not the maximum, because one caller with a wrong
 * clock would otherwise end all windows at once. What claims to be from the future is not asked. Null for an empty log.
 */
export async function eventTimeOf(database: Database): Promise<number | null> {
  const [found] = await database.rows(`select quantile_disc(event_time, 0.5)::double as event_time from (
    select max(event_time) as event_time from (
      select request_id, event_time, "at" from predictions where event_time <= "at" + ${skewMs} order by "at" desc limit ${witnesses.rows})
    group by request_id order by max("at") desc limit ${witnesses.requests})`);
  return found!.event_time as number | null;
}

/** The first event time in the log. */
export async function beginningOf(database: Database): Promise<number> {
  const [found] = await database.rows('select min(event_time)::double as event_time from predictions');
  return found!.event_time as number;
}

/** Which versions answered where, by step. What failed before a version was found belongs to none. */
export async function trafficIn(database: Database, stepMinutes: number): Promise<readonly Traffic[]> {
  const step = stepMinutes * 60_000;
  const rows =
    await database.rows(`select distinct endpoint, version, ((event_time - ${firstMonday}) // ${step} * ${step} + ${firstMonday})::double as at
    from predictions where version is not null`);
  return rows.map(({ endpoint, version, at }) => ({
    endpoint: String(endpoint),
    version: Number(version),
    at: Number(at),
  }));
}
