// The graph that the benchmarks run, of the flagship's size, and how they measure.

import { seededRandom } from '@flightdeck/core';
import type { Columns } from '../src/index.ts';
import { layersOf, normals } from '../src/random-graph.fixture.ts';
import {
  type Encoding,
  type InputColumn,
  type NumberColumn,
  type ScoringGraph,
  widthOf,
} from '../src/scoring-graph.ts';

export const batches = [1, 32, 1_024];
const rounds = 150;
const millisecondsPerRound = 6;

const random = seededRandom(1);
const airports = Array.from({ length: 230 }, (_, i) => `A${i}`);

/** 22 numbers and 2 airports, 60 network inputs: 21 standardised (6 with logarithm), 2 cyclic, 7 one-hot, 30 embedded. */
const inputs: InputColumn[] = [
  ...Array.from({ length: 20 }, (_, i) => number(`standard ${i}`, standard(i % 3 === 0 && i > 0))),
  number('minute', standard(false), { kind: 'cyclic', period: 1_440 }),
  number('weekday', { kind: 'one-hot', values: [1, 2, 3, 4, 5, 6, 7] }),
  ...['origin', 'destination'].map((name) => ({
    name,
    kind: 'category' as const,
    vocabulary: airports,
    dimensions: 15,
    embedding: normals((airports.length + 1) * 15, 0.3, random),
  })),
];
const width = inputs.reduce((sum, column) => sum + widthOf(column), 0);

export const graph: ScoringGraph = {
  name: 'bench',
  producerVersion: '1',
  inputs,
  layers: layersOf([width, 64, 32, 1], 2),
  calibration: { slope: 1.1, intercept: 0.1 },
  metadata: {},
};

function number(name: string, ...encodings: Encoding[]): NumberColumn {
  return { name, kind: 'number', missing: 0, encodings };
}

function standard(log1p: boolean): Encoding {
  return { kind: 'standard', log1p, mean: random.normal(), scale: 1 + random.uniform(), clip: 6 };
}

export function columnsOf(rows: number): Columns {
  const cells = inputs.map((column) => [
    column.name,
    column.kind === 'number'
      ? normals(rows, 3, random)
      : Array.from({ length: rows }, () => airports[random.integer(airports.length)]!),
  ]);
  return Object.fromEntries(cells);
}

/** Microseconds a run, the fastest round of each: what else the machine does can only add. The ways take turns. */
export async function measure(ways: Readonly<Record<string, () => unknown>>): Promise<Map<string, number>> {
  const fastest = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    for (const [way, run] of Object.entries(ways)) {
      fastest.set(way, Math.min(fastest.get(way) ?? Number.POSITIVE_INFINITY, await timeOf(run)));
    }
  }
  return fastest;
}

async function timeOf(run: () => unknown): Promise<number> {
  const start = performance.now();
  let count = 0;
  for (; performance.now() - start < millisecondsPerRound; count++) await run();
  return ((performance.now() - start) / count) * 1_000;
}

export function printTimes(rows: number, times: ReadonlyMap<string, number>): void {
  console.log(`${rows} rows, microseconds a run (fastest of ${rounds} rounds):`);
  for (const [way, time] of times) console.log(`  ${way.padEnd(40)} ${time.toFixed(1).padStart(8)}`);
}
