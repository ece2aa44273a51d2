// The reference profile: how every feature and the score were distributed when a version was trained. Monitoring compares a window of
// live traffic with it, bin by bin (PSI, Kolmogorov-Smirnov, …), so it has to be stored with the version.

import type { FeatureColumns } from './feature-columns.ts';

export interface ReferenceProfile {
  readonly rows: number;
  readonly features: Readonly<Record<string, NumberProfile | CategoryProfile>>;
  /** Of the calibrated probabilities on the validation rows: on training rows a model is surer than it has a right to be. */
  readonly score: NumberProfile;
}

export interface NumberProfile {
  readonly kind: 'number';
  readonly missing: number;
  readonly mean: number;
  readonly deviation: number;
  /** Inner borders of the bins, ascending and distinct: bin i holds edges[i-1] <= x < edges[i]. */
  readonly edges: readonly number[];
  /** Rows per bin; one more than there are edges. */
  readonly counts: readonly number[];
}

export interface CategoryProfile {
  readonly kind: 'category';
  readonly missing: number;
  readonly counts: Readonly<Record<string, number>>;
}

const bins = 20;

export function referenceProfile(training: FeatureColumns, scores: Float32Array): ReferenceProfile {
  const numbers = Object.entries(training.numbers).map(
    ([name, values]) => [name, numberProfile(values)] as const,
  );
  const categories = Object.entries(training.categories).map(
    ([name, { names, indices }]) => [name, categoryProfile(names, indices)] as const,
  );
  return {
    rows: training.rows,
    features: Object.fromEntries([...numbers, ...categories]),
    score: numberProfile(scores),
  };
}

/** Bins of equal counts, by quantiles; where many values are equal there are fewer bins. */
export function numberProfile(values: Float32Array): NumberProfile {
  const present = Float64Array.from(values.filter((value) => !Number.isNaN(value))).sort();
  const quantiles = Array.from(
    { length: bins - 1 },
    (_, index) => present[Math.floor(((index + 1) / bins) * present.length)]!,
  );
  const edges = [...new Set(quantiles)];
  const counts = new Array<number>(edges.length + 1).fill(0);
  let bin = 0;
  let sum = 0;
  for (const value of present) {
    while (bin < edges.length && value >= edges[bin]!) bin += 1;
    counts[bin]! += 1;
    sum += value;
  }
  const mean = sum / present.length;
  const squares = present.reduce((total, value) => total + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / present.length);
  return { kind: 'number', missing: values.length - present.length, mean, deviation, edges, counts };
}

function categoryProfile(names: readonly string[], indices: Int32Array): CategoryProfile {
  const counts = new Array<number>(names.length).fill(0);
  let missing = 0;
  for (const index of indices) {
    if (index < 0) missing += 1;
    else counts[index]! += 1;
  }
  const seen = names.map((name, index) => [name, counts[index]!] as const).filter(([, count]) => count > 0);
  return { kind: 'category', missing, counts: Object.fromEntries(seen) };
}
