// A model in JavaScript whose answers are known, and requests whose rows can be told apart, for the tests of the batcher.

import { FlightdeckError } from '@flightdeck/core';
import { elementCount, type TensorInfo, type Tensors, type TensorValue } from '@flightdeck/onnx';
import { type RowSource, tensorRows } from './row-source.ts';
import type { Runner } from './runner.ts';
import { buffersOf } from './thread-answer.ts';
import type { VirtualTime } from './virtual-time.fixture.ts';

/** `x` holds a row's id in each of its columns, of which there may be any number; `text` says it in words. */
export const inputs: readonly TensorInfo[] = [
  { name: 'x', type: 'float64', shape: ['rows', 'columns'] },
  { name: 'text', type: 'string', shape: ['rows'] },
];

/** `double`: twice each value of x. `echo`: the text in brackets. */
export const outputs: readonly TensorInfo[] = [
  { name: 'double', type: 'float64', shape: ['rows', 'columns'] },
  { name: 'echo', type: 'string', shape: ['rows'] },
];

export function rowsOf(ids: readonly number[], columns = 1): RowSource {
  return tensorRows(inputs, {
    x: {
      type: 'float64',
      dims: [ids.length, columns],
      data: Float64Array.from({ length: ids.length * columns }, (_, i) => ids[Math.floor(i / columns)]!),
    },
    text: { type: 'string', dims: [ids.length], data: ids.map((id) => `row ${id}`) },
  });
}

/** What `rowsOf` should be answered. */
export function answerTo(
  ids: readonly number[],
  columns = 1,
  wanted: readonly string[] = ['double', 'echo'],
): Tensors {
  const x = rowsOf(ids, columns).feeds().x!;
  const all: Tensors = {
    double: { ...x, data: (x.data as Float64Array).map((value) => 2 * value) },
    echo: { type: 'string', dims: [ids.length], data: ids.map((id) => `[row ${id}]`) },
  };
  return Object.fromEntries(wanted.map((name) => [name, all[name]!]));
}

/** A run as the model saw it. */
export interface SeenRun {
  readonly startedAt: number;
  readonly ids: readonly number[];
  readonly columns: number;
  readonly outputs: readonly string[] | undefined;
  /** How many runs went on just then, this one included. */
  readonly running: number;
  endedAt?: number;
  failure?: Error;
}

export interface KnownModel extends Runner {
  readonly runs: readonly SeenRun[];
}

export interface KnownModelOptions {
  readonly time: VirtualTime;
  readonly concurrency?: number;
  /** More than 1 only where `concurrency` is 1: the runs wait for each other. */
  readonly volley?: number;
  readonly ahead?: number;
  readonly takesFeeds?: boolean;
  /** Milliseconds of a run of so many rows, the `index`th. */
  readonly duration: (rows: number, index: number) => number;
  /** What a run of these rows fails with. */
  readonly failure?: (ids: readonly number[], index: number) => Error | undefined;
}

export function knownModel(options: KnownModelOptions): KnownModel {
  const { time, concurrency = 1, volley = 1, ahead = 0, takesFeeds = false, duration, failure } = options;
  const runs: SeenRun[] = [];
  let running = 0;
  let free = concurrency;
  const waiting: (() => void)[] = [];
  return {
    concurrency,
    volley,
    ahead,
    takesFeeds,
    runs,
    async close() {},
    async run(feeds, wanted) {
      const taken = takesFeeds ? structuredClone(feeds, { transfer: buffersOf(feeds) }) : feeds;
      const ids = idsIn(taken);
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      const index = runs.length;
      const seen: SeenRun = {
        startedAt: time.now(),
        ids,
        columns: taken.x!.dims[1]!,
        outputs: wanted,
        running: ++running,
      };
      runs.push(seen);
      const runMs = duration(ids.length, index);
      await new Promise<void>((resolve) => time.at(time.now() + runMs, resolve));
      running--;
      const next = waiting.shift();
      if (next) next();
      else free++;
      seen.endedAt = time.now();
      seen.failure = failure?.(ids, index);
      if (seen.failure) throw seen.failure;
      return { outputs: answerTo(ids, seen.columns, wanted), runMs };
    },
  };
}

/** What a model fails with whose rows must not be these. */
export function poisonIn(ids: readonly number[], poison: ReadonlySet<number>): Error | undefined {
  const bad = ids.find((id) => poison.has(id));
  return bad === undefined ? undefined : new FlightdeckError('ONNX_RUN_FAILED', `Row ${bad} is poisoned.`);
}

/** Reads the rows back, and complains if what was laid side by side does not belong together. */
function idsIn({ x, text }: Tensors): number[] {
  const [rows, columns] = x!.dims as [number, number];
  const values = [...(x!.data as Float64Array)];
  if (values.length !== elementCount(x!.dims) || text!.dims[0] !== rows || text!.data.length !== rows)
    throw new Error('The feeds do not fit together.');
  const ids = values.filter((_, i) => i % columns === 0);
  const isWhole = values.every((value, i) => value === ids[Math.floor(i / columns)]);
  const isSame = ids.every((id, row) => (text as TensorValue).data[row] === `row ${id}`);
  if (!isWhole || !isSame) throw new Error('A row has parts of another.');
  return ids;
}
