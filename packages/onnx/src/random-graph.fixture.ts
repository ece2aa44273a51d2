// Scoring graphs and rows for them, drawn at random (fast-check), so that no test depends on one happy shape.

import { type Random, seededRandom } from '@flightdeck/core';
import fc from 'fast-check';
import type { Columns } from './open-model.ts';
import {
  type CategoryColumn,
  type DenseLayer,
  type Encoding,
  type InputColumn,
  type NumberColumn,
  type ScoringGraph,
  widthOf,
} from './scoring-graph.ts';

export interface Case {
  readonly graph: ScoringGraph;
  readonly columns: Columns;
  readonly rows: number;
}

// Even over the range: fc.float draws bit patterns, so that most are next to 0 and most answers would be sigmoid(0).
const float = (min: number, max: number) =>
  fc.integer({ min: min * 1_024, max: max * 1_024 }).map((steps) => steps / 1_024);
const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 });
const smallInteger = fc.integer({ min: -3, max: 9 });
const seed = fc.integer({ min: 0 });

const encoding: fc.Arbitrary<Encoding> = fc.oneof(
  fc.record({
    kind: fc.constant('standard' as const),
    log1p: fc.boolean(),
    mean: float(-100, 100),
    scale: float(0.5, 50),
    clip: float(0.5, 8),
  }),
  fc.record({ kind: fc.constant('cyclic' as const), period: float(0.5, 2000) }),
  fc.record({
    kind: fc.constant('one-hot' as const),
    values: fc.uniqueArray(smallInteger, { minLength: 1, maxLength: 5 }),
  }),
);

const numberColumn = fc.record({
  kind: fc.constant('number' as const),
  missing: fc.oneof(float(-100, 100), smallInteger),
  encodings: fc.array(encoding, { minLength: 1, maxLength: 3 }),
});

const categoryColumn = fc
  .record({
    kind: fc.constant('category' as const),
    vocabulary: fc.uniqueArray(word, { minLength: 1, maxLength: 8 }),
    dimensions: fc.integer({ min: 1, max: 5 }),
    seed,
  })
  .map(({ seed, ...column }) => {
    const length = (column.vocabulary.length + 1) * column.dimensions;
    return { ...column, embedding: normals(length, 1, seededRandom(seed)) };
  });

const inputs: fc.Arbitrary<InputColumn[]> = fc
  .array(fc.oneof({ weight: 3, arbitrary: numberColumn }, categoryColumn), { minLength: 1, maxLength: 7 })
  .map((columns) => columns.map((column, i) => ({ ...column, name: `column ${i}` })));

const scoringGraph: fc.Arbitrary<ScoringGraph> = fc
  .record({
    inputs,
    hidden: fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 3 }),
    calibration: fc.record({ slope: float(-2, 2), intercept: float(-1, 1) }),
    metadata: fc.dictionary(word, word),
    seed,
  })
  .map(({ hidden, seed, ...graph }) => {
    const width = graph.inputs.reduce((sum, column) => sum + widthOf(column), 0);
    return { ...graph, name: 'random', producerVersion: '1', layers: layersOf([width, ...hidden, 1], seed) };
  });

/** A graph with rows for it: usual values, values from the vocabulary, and all that can go wrong. */
export const scoringCase: fc.Arbitrary<Case> = fc
  .tuple(scoringGraph, fc.integer({ min: 1, max: 20 }))
  .chain(([graph, rows]) => {
    const columns = Object.fromEntries(graph.inputs.map((column) => [column.name, cellsOf(column, rows)]));
    return fc.record({ graph: fc.constant(graph), columns: fc.record(columns), rows: fc.constant(rows) });
  });

function cellsOf(column: InputColumn, length: number): fc.Arbitrary<Float32Array | string[]> {
  const exactly = { minLength: length, maxLength: length };
  if (column.kind === 'number')
    return fc.array(numberCell(column), exactly).map((cells) => Float32Array.from(cells));
  return fc.array(categoryCell(column), exactly);
}

function numberCell({ missing }: NumberColumn): fc.Arbitrary<number> {
  const odd = fc.constantFrom(Number.NaN, Infinity, -Infinity, 3.4e38, -3.4e38, 1e30, 1e-45, 0, -0, missing);
  return fc.oneof(smallInteger, float(-1000, 1000), odd);
}

function categoryCell({ vocabulary }: CategoryColumn): fc.Arbitrary<string> {
  return fc.oneof(fc.constantFrom(...vocabulary), word, fc.constant(''));
}

/** Dense layers of these widths, with weights that keep the spread of what goes through (He's initialisation). */
export function layersOf(widths: readonly number[], seed: number): DenseLayer[] {
  const random = seededRandom(seed);
  return widths.slice(1).map((outputs, i) => ({
    inputs: widths[i]!,
    outputs,
    weights: normals(widths[i]! * outputs, Math.sqrt(2 / widths[i]!), random),
    bias: normals(outputs, 0.1, random),
    activation: i === widths.length - 2 ? 'none' : 'relu',
  }));
}

export function normals(length: number, spread: number, random: Random): Float32Array {
  return Float32Array.from({ length }, () => random.normal() * spread);
}
