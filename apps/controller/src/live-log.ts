// A model's prediction log as the controller reads it. What every tick asks is remembered by segment, so that a look costs what was
// written since the last one; for the rest DuckDB is opened in memory over what has been flushed, one at a time, and given back.

import { type Database, openDatabase } from '@flightdeck/dataset';
import { openPredictionRecords, segmentMemory } from '@flightdeck/monitoring';
import { firstMonday, type Traffic } from './windows.ts';

export interface LogPlace {
  readonly home: string;
  readonly memoryLimit: string;
}

/** Of the event time; `until` is exclusive. */
export interface LogBounds {
  readonly from?: number;
  readonly until?: number;
}

/** Opens the views over a model's log within the bounds, hands them to `work`, and closes them. */
export async function withLog<Result>(
  { home, memoryLimit }: LogPlace,
  model: string,
  work: (database: Database) => Promise<Result>,
  bounds: LogBounds = {},
): Promise<Result> {
  const database = await openDatabase({ memoryLimit });
  try {
    const records = await openPredictionRecords(database, { home, model, ...bounds });
    try {
      return await work(database);
    } finally {
      records.close();
    }
  } finally {
    await database.close();
  }
}

/** What a look at a log tells. */
export interface LogLook {
  /**
   * The event time that the log has reached: the median of the latest requests, and not the maximum, because one caller with a wrong
   * clock would otherwise end all windows at once. What claims to be from the future is not asked. Null for an empty log.
   */
  readonly reached: number | null;
  /** The first event time in the log; meaningless for an empty one. */
  readonly begins: number;
  /** Which versions answered where, by step of so many minutes, which is one of those that were asked for. */
  traffic(stepMinutes: number): readonly Traffic[];
}

export interface LogLooks {
  /** `steps`: in minutes. */
  of(model: string, steps: readonly number[]): Promise<LogLook>;
}

/** So many of the latest requests are asked what time it is. */
const witnesses = 21;
/** By so much may a caller's clock be ahead of ours. */
const skewMs = 5 * 60_000;

export function logLooks(place: LogPlace): LogLooks {
  const memories = new Map<
    string,
    { readonly key: string; readonly read: ReturnType<typeof segmentMemory<string>> }
  >();

  /** Other steps are other questions. */
  function memoryOf(model: string, steps: readonly number[]) {
    const key = String(steps);
    const known = memories.get(model);
    if (known?.key === key) return known.read;
    const traffic = steps.map((step) => [trafficName(step), trafficQuery(step)] as const);
    const read = segmentMemory<string>(
      { ...place, model },
      { latest: latestQuery, begins: beginsQuery, ...Object.fromEntries(traffic) },
    );
    memories.set(model, { key, read });
    return read;
  }

  return {
    async of(model, steps) {
      const answers = await memoryOf(model, steps)();
      return {
        reached: reachedBy(answers.latest!),
        begins: Math.min(...answers.begins!.map(({ begins }) => Number(begins))),
        traffic: (step) => united(answers[trafficName(step)]!),
      };
    },
  };
}

type Rows = Awaited<ReturnType<Database['rows']>>;

/** Of each segment, since the latest requests of all are among the latest of theirs. */
const latestQuery = `select segment, request_id, max(event_time)::double as event_time, max("at")::double as "at"
  from predictions where event_time <= "at" + ${skewMs} group by segment, request_id
  qualify row_number() over (partition by segment order by max("at") desc, request_id) <= ${witnesses}`;

function reachedBy(latest: Rows): number | null {
  const requests = new Map<string, { eventTime: number; at: number }>();
  for (const { request_id, event_time, at } of latest) {
    const known = requests.get(String(request_id));
    const eventTime = Math.max(Number(event_time), known?.eventTime ?? Number.NEGATIVE_INFINITY);
    requests.set(String(request_id), { eventTime, at: Math.max(Number(at), known?.at ?? 0) });
  }
  const times = [...requests.values()]
    .sort((a, b) => b.at - a.at)
    .slice(0, witnesses)
    .map(({ eventTime }) => eventTime)
    .sort((a, b) => a - b);
  return times[Math.ceil(times.length / 2) - 1] ?? null;
}

const beginsQuery = 'select segment, min(event_time)::double as begins from predictions group by segment';

function trafficName(stepMinutes: number): string {
  return `traffic of ${stepMinutes} minutes`;
}

/** What failed before a version was found belongs to none. */
function trafficQuery(stepMinutes: number): string {
  const step = stepMinutes * 60_000;
  return `select distinct segment, endpoint, version, ((event_time - ${firstMonday}) // ${step} * ${step} + ${firstMonday})::double as "at"
    from predictions where version is not null`;
}

/** A step may lie in several segments. */
function united(rows: Rows): readonly Traffic[] {
  const steps = new Map<string, Traffic>();
  for (const { endpoint, version, at } of rows)
    steps.set(`${version} ${at} ${endpoint}`, {
      endpoint: String(endpoint),
      version: Number(version),
      at: Number(at),
    });
  return [...steps.values()];
}
