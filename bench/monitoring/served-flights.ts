// Half a year of real flights as if a model had served them: features by the offline engine, scores by the model's own graph, labels all
// known. As the views that a report reads.

import { systemClock } from '@flightdeck/core';
import { type Columns, type Database, identifier, ingest, literal } from '@flightdeck/dataset';
import { buildFeatureTable } from '@flightdeck/features';
import {
  mergeSketches,
  sketchWindow,
  type VersionReference,
  type WindowSketch,
} from '@flightdeck/monitoring';
import { openModel } from '@flightdeck/onnx';
import type { ModelDefinition } from '@flightdeck/training';

export const minute = 60_000;
export const day = 1_440 * minute;

/** Makes the table `served` of all rows from `from` to `until` (dates). */
export async function serveFlights(
  database: Database,
  home: string,
  model: ModelDefinition,
  onnx: Uint8Array,
  from: string,
  until: string,
): Promise<void> {
  const folder = `${home}/datasets/${model.dataset.name}`;
  const { files } = await ingest(database, model.dataset, { folder, clock: systemClock });
  const [low, high] = [from, until].map((date) => Date.parse(date) / minute);
  await buildFeatureTable(database, model.features, {
    from: literal(files.rows),
    where: `time >= ${low} and time < ${high}`,
    keep: [],
    into: 'features',
  });
  await database.run('create table scores (id integer, score float)');
  for (let time = low!; time < high!; time += day / minute)
    await scoreDay(database, onnx, `time >= ${time} and time < ${time + day / minute}`);
  const features = Object.keys(model.features.features).map(
    (name) => `${identifier(name)} as ${identifier(`f:${name}`)}, 'given' as ${identifier(`s:${name}`)}`,
  );
  await database.run(`
    create table served as
    select ${literal(model.name)} as model, ${literal(model.name)} as endpoint, 1 as version, time * ${minute}::bigint as event_time,
      null::varchar as failure, 1.0::double as latency_ms, score::double as score, label, ${features.join(', ')}
    from features join scores using (id) order by time;
    drop table features; drop table scores`);
}

async function scoreDay(database: Database, onnx: Uint8Array, where: string): Promise<void> {
  const { id } = await database.columns(`select id from features where ${where} order by id`);
  if (id!.length === 0) return;
  const model = await openModel(onnx);
  const columns: Record<string, Float32Array | string[]> = {};
  for (const { name, type } of model.inputs)
    columns[name] = type === 'string' ? await texts(name) : ((await read(name)).value as Float32Array);
  const scores = await model.run(columns, id!.length);
  await model.release();
  await database.run(
    `insert into scores values ${Array.from(id!, (one, i) => `(${one}, ${scores[i]})`).join(', ')}`,
  );

  async function texts(name: string): Promise<string[]> {
    const [row] = await database.rows(
      `select list(coalesce(${identifier(name)}, '') order by id) as names from features where ${where}`,
    );
    return row!.names as string[];
  }
  function read(name: string): Promise<Columns> {
    return database.columns(
      `select ${identifier(name)}::float as value from features where ${where} order by id`,
    );
  }
}

const hour = 60;
const hoursOfDay = 24;

/** A sketch of the served flights from `from` on, in blocks of an hour; or of as many rows drawn from all of them for each hour. */
export async function sketchHours(
  database: Database,
  reference: VersionReference,
  model: string,
  period: { readonly from: number; readonly to: number; readonly isShuffled?: boolean },
): Promise<WindowSketch> {
  const { from, to, isShuffled = false } = period;
  // When a row happens becomes an accident.
  const anyTime = `${from} + (hash(event_time, label, score) % ${to - from})::bigint`;
  await database.run(`
    create or replace temp view matured as
      select * replace (${isShuffled ? anyTime : 'event_time'} as event_time) from served where event_time >= ${from} and event_time < ${to};
    create or replace temp view predictions as select * from matured`);
  const subject = { model, endpoint: model, version: 1, from, to };
  return sketchWindow(database, { subject, blockMinutes: hour }, reference);
}

/** The sketch of each of its days. */
export function daysOf(sketch: WindowSketch): WindowSketch[] {
  const { from, to } = sketch.subject;
  return Array.from({ length: (to - from) / day }, (_, i) => {
    const subject = { ...sketch.subject, from: from + i * day, to: from + (i + 1) * day };
    const isInside = (block: number) => Math.floor(block / hoursOfDay) === subject.from / day;
    return { ...reblocked(sketch, (block) => (isInside(block) ? block : null)), subject };
  });
}

/** The same sketch with a day as its block. */
export function byDay(sketch: WindowSketch): WindowSketch {
  const merged = reblocked(sketch, (block) => Math.floor(block / hoursOfDay));
  return { ...merged, blockMinutes: hour * hoursOfDay };
}

/** A window of these days, one after the other from `from` on, whichever days they really were. */
export function windowOf(days: readonly WindowSketch[], from: number): WindowSketch {
  return days.map((sketch, i) => movedTo(sketch, from + i * day)).reduce(mergeSketches);
}

function movedTo(sketch: WindowSketch, from: number): WindowSketch {
  const by = (from - sketch.subject.from) / (sketch.blockMinutes * minute);
  const subject = { ...sketch.subject, from, to: from + sketch.subject.to - sketch.subject.from };
  return { ...reblocked(sketch, (block) => block + by), subject };
}

/** The same value with every block, wherever it is, in the place that is named for it; null leaves it out. */
function reblocked<Value>(value: Value, place: (block: number) => number | null): Value {
  if (value instanceof Map) return reblockedMap(value, place) as Value;
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, reblocked(inner, place)]),
  ) as Value;
}

function reblockedMap(blocks: ReadonlyMap<number, Float64Array>, place: (block: number) => number | null) {
  const placed = new Map<number, Float64Array>();
  for (const [block, sums] of blocks) {
    const to = place(block);
    if (to === null) continue;
    const present = placed.get(to);
    placed.set(to, present ? present.map((sum, i) => sum + sums[i]!) : sums);
  }
  return placed;
}
