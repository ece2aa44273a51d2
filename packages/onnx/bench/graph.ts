// What one run of an exported graph costs, and what it would cost with nodes of its own for every number column.
// Run it with: node packages/onnx/bench/graph.ts

import { seededRandom } from '@flightdeck/core';
import { encodeModelWith } from '../src/encode-model.ts';
import type { GraphBuilder } from '../src/graph-builder.ts';
import { type Columns, openModel } from '../src/index.ts';
import { type Block, encodeNumbers } from '../src/number-columns.ts';
import type { Placed } from '../src/number-slots.ts';
import { layersOf, normals } from '../src/random-graph.fixture.ts';
import {
  type Encoding,
  type InputColumn,
  type NumberColumn,
  type ScoringGraph,
  widthOf,
} from '../src/scoring-graph.ts';

const batches = [1, 32, 1_024];
const rounds = 15;
const millisecondsPerRound = 60;

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

const graph: ScoringGraph = {
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

/** The graph that the export does not write: the same nodes once for every column. */
function columnByColumn(builder: GraphBuilder, columns: readonly Placed<NumberColumn>[]): Block[] {
  return columns.flatMap((placed) => encodeNumbers(builder.within(placed.column.name), [placed]));
}

function columnsOf(rows: number): Columns {
  const cells = inputs.map((column) => [
    column.name,
    column.kind === 'number'
      ? normals(rows, 3, random)
      : Array.from({ length: rows }, () => airports[random.integer(airports.length)]!),
  ]);
  return Object.fromEntries(cells);
}

/** Microseconds a run, the fastest round of each: what else the machine does can only add. The graphs take turns. */
async function measure(
  rows: number,
  runs: readonly ((columns: Columns) => Promise<unknown>)[],
): Promise<number[]> {
  const columns = columnsOf(rows);
  const times: number[][] = runs.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [which, run] of runs.entries()) times[which]!.push(await timeOf(() => run(columns)));
  }
  return times.map((each) => Math.min(...each));
}

async function timeOf(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  let count = 0;
  for (; performance.now() - start < millisecondsPerRound; count++) await run();
  return ((performance.now() - start) / count) * 1_000;
}

const together = await openModel(encodeModelWith(encodeNumbers, graph));
const apart = await openModel(encodeModelWith(columnByColumn, graph));
console.log(
  `${inputs.length} columns into a ${width}-64-32-1 network, microseconds a run (fastest of ${rounds} rounds)`,
);
console.log('rows   all columns at once   column by column');
for (const rows of batches) {
  const [one, many] = await measure(rows, [
    (columns) => together.run(columns, rows),
    (columns) => apart.run(columns, rows),
  ]);
  console.log(
    `${String(rows).padStart(4)}   ${one!.toFixed(0).padStart(19)}   ${many!.toFixed(0).padStart(16)}`,
  );
}
await together.release();
await apart.release();
