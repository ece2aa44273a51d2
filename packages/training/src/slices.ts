// Slices: which part of the test rows each row belongs to. A model that is better on average may be worse where it matters.

import type { FeatureColumns } from './feature-columns.ts';
import type { SliceDefinition } from './model-definition.ts';

export interface Slice {
  readonly slice: string;
  readonly names: readonly string[];
  /** Per row the index of its name. */
  readonly of: Uint16Array;
}

/** Sorts the test rows into each declared slice. Frequencies are counted on the training rows. */
export function sliceRows(
  definitions: Readonly<Record<string, SliceDefinition>>,
  test: FeatureColumns,
  training: FeatureColumns,
): Slice[] {
  return Object.entries(definitions).map(([slice, definition]) => {
    if (definition.kind === 'frequency') {
      return { slice, names: definition.names, of: byFrequency(definition, test, training) };
    }
    const keys = definition.kind === 'month' ? months(test) : buckets(definition, test);
    const names = [...new Set(keys)].sort();
    const indexOf = new Map(names.map((name, index) => [name, index]));
    return { slice, names, of: Uint16Array.from(keys, (key) => indexOf.get(key)!) };
  });
}

function buckets({ column, size }: SliceDefinition & { kind: 'bucket' }, test: FeatureColumns): string[] {
  return Array.from(test.numbers[column]!, (value) =>
    Number.isNaN(value) ? 'missing' : String(Math.floor(value / size)).padStart(2, '0'),
  );
}

function months(test: FeatureColumns): string[] {
  const nameOf = new Map<number, string>();
  return Array.from(test.times, (minutes) => {
    const day = Math.floor(minutes / 1440);
    if (!nameOf.has(day)) nameOf.set(day, new Date(day * 86_400_000).toISOString().slice(0, 7));
    return nameOf.get(day)!;
  });
}

function byFrequency(
  { column, edges }: SliceDefinition & { kind: 'frequency' },
  test: FeatureColumns,
  training: FeatureColumns,
): Uint16Array {
  const { names, indices } = training.categories[column]!;
  const counts = new Float64Array(names.length);
  for (const index of indices) if (index >= 0) counts[index]! += 1;
  const rank = Array.from(counts, (count) => edges.filter((edge) => count / training.rows >= edge).length);
  // Both parts come from one table, so their indices mean the same names.
  return Uint16Array.from(test.categories[column]!.indices, (index) => rank[index] ?? 0);
}
