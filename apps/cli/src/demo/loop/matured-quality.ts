// How good the answers were once their labels were known, and how good those of the frozen version would have been: its network is run
// over the features of every answer as they were logged. Where the frozen version answered itself, both have to be the same.

import { FlightdeckError } from '@flightdeck/core';
import { type Database, identifier, openDatabase } from '@flightdeck/dataset';
import { openPredictionRecords } from '@flightdeck/monitoring';
import { openModel } from '@flightdeck/onnx';

export interface MaturedAnswers {
  /** Event time, milliseconds since 1970 UTC. */
  readonly times: Float64Array;
  readonly versions: Int32Array;
  readonly labels: Uint8Array;
  readonly served: Float32Array;
  readonly frozen: Float32Array;
  /** Largest difference on the rows that the frozen version answered itself. */
  readonly maxAbsDiff: number;
  readonly days: readonly DayTraffic[];
}

export interface DayTraffic {
  /** Milliseconds since 1970 UTC, midnight. */
  readonly day: number;
  readonly version: number;
  readonly answered: number;
  readonly labelled: number;
}

export interface FrozenVersion {
  readonly model: string;
  readonly version: number;
  readonly onnx: Uint8Array;
}

/** Another summation order, no more. */
const tolerance = 1e-5;

/** SERVING_SKEW where the frozen version gives other scores than it gave when it served. */
export async function readMatured(home: string, frozen: FrozenVersion): Promise<MaturedAnswers> {
  const database = await openDatabase({ memoryLimit: '700MB' });
  try {
    const records = await openPredictionRecords(database, { home, model: frozen.model });
    try {
      return await scored(database, frozen);
    } finally {
      records.close();
    }
  } finally {
    await database.close();
  }
}

async function scored(database: Database, { onnx, model, version }: FrozenVersion): Promise<MaturedAnswers> {
  const session = await openModel(onnx);
  const names = session.inputs.map(({ name }) => name);
  const { features, read } = await readAnswers(database, names);
  const versions = read.version as Int32Array;
  const served = read.score as Float32Array;
  const frozen = new Float32Array(served.length);
  for (let from = 0; from < served.length; from += chunk) {
    const until = Math.min(served.length, from + chunk);
    const part = Object.fromEntries(names.map((name) => [name, features[name]!.slice(from, until)]));
    frozen.set(await session.run(part, until - from), from);
  }
  await session.release();
  const maxAbsDiff = served.reduce(
    (most, score, row) => (versions[row] === version ? Math.max(most, Math.abs(score - frozen[row]!)) : most),
    0,
  );
  if (!(maxAbsDiff < tolerance)) throw skew(model, version, maxAbsDiff);
  const labels = Uint8Array.from(read.label as Int32Array);
  const times = read.time as Float64Array;
  return { times, versions, labels, served, frozen, maxAbsDiff, days: await trafficOf(database) };
}

const chunk = 16_384;

/** NaN and '' stand for what is missing, as in serving. Words cross into JavaScript as the numbers of an ENUM. */
async function readAnswers(database: Database, names: readonly string[]) {
  await database.run('create temp table answers as select * from matured where version is not null');
  const described = await database.rows('describe answers');
  const isWord = (name: string) =>
    described.some(
      ({ column_name, column_type }) => column_name === `f:${name}` && column_type === 'VARCHAR',
    );
  const words: Record<string, readonly string[]> = {};
  for (const name of names.filter(isWord)) words[name] = await declareWords(database, name);
  const columns = names.map((name, index) => {
    const value = identifier(`f:${name}`);
    const read = isWord(name)
      ? `coalesce(enum_code(${value}::${wordsOf(name)}), -1)::integer`
      : `${value}::float`;
    return `${read} as ${columnOf(index)}`;
  });
  const asked = ['event_time::double as time', 'version', 'label', 'score::float as score', ...columns];
  const read = await database.columns(`select ${asked.join(', ')} from answers`);
  const features = names.map((name, index) => {
    const values = read[columnOf(index)]!;
    const known = words[name];
    return [
      name,
      known ? Array.from(values, (code) => known[code] ?? '') : (values as Float32Array),
    ] as const;
  });
  return { read, features: Object.fromEntries(features) };
}

/** A feature may be called `time`. */
const columnOf = (index: number) => `feature_${index}`;
const wordsOf = (name: string) => identifier(`words of ${name}`);

async function declareWords(database: Database, name: string): Promise<readonly string[]> {
  const column = identifier(`f:${name}`);
  await database.run(
    `create type ${wordsOf(name)} as enum (select distinct ${column} from answers where ${column} is not null order by 1)`,
  );
  const [range] = await database.rows(`select enum_range(null::${wordsOf(name)}) as words`);
  return range!.words as string[];
}

async function trafficOf(database: Database): Promise<readonly DayTraffic[]> {
  const rows = await database.rows(`select (event_time // 86400000 * 86400000)::double as day, version,
      count(*)::double as answered, count(label)::double as labelled
    from predictions left join labels using (prediction_id) where failure is null and version is not null group by all order by all`);
  return rows.map(({ day, version, answered, labelled }) => ({
    day: Number(day),
    version: Number(version),
    answered: Number(answered),
    labelled: Number(labelled),
  }));
}

function skew(model: string, version: number, difference: number): FlightdeckError {
  return new FlightdeckError(
    'SERVING_SKEW',
    `${model} v${version}, run again over the features that the log holds, is up to ${difference} away from what it answered; ` +
      `less than ${tolerance} is right. The log does not hold what the model was given.`,
  );
}
