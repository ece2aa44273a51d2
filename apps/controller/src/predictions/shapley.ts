// What each feature adds to a prediction: Shapley values, sampled. E. Štrumbelj and I. Kononenko, "Explaining prediction models and
// individual predictions with feature contributions", Knowledge and Information Systems 41, 2014; each order of the features is taken
// forwards and backwards, which costs what two orders cost and varies less (R. Mitchell, J. Cooper, E. Frank and G. Holmes, "Sampling
// permutations for Shapley value estimation", JMLR 23, 2022).

import { permutation, type Random } from '@flightdeck/core';
import type { FeatureValues } from './scoring-version.ts';

export interface ShapleyQuestion {
  readonly features: readonly string[];
  /** The row that is explained. */
  readonly row: FeatureValues;
  /** A row that it is compared with. */
  readonly draw: (random: Random) => FeatureValues;
  /** What is explained, one a row: contributions are differences of it. */
  readonly value: (rows: readonly FeatureValues[]) => Promise<ArrayLike<number>>;
  /** How many orders, each with a row of its own to compare with. At least 2. */
  readonly pairs: number;
  readonly random: Random;
}

export interface ShapleyAnswer {
  /** One a feature; together they are the row's value less `base`. */
  readonly contributions: readonly { readonly mean: number; readonly standardError: number }[];
  /** The average value of the rows that it is compared with. */
  readonly base: number;
  /** How many were scored. */
  readonly rows: number;
}

/** Of one run of the model. */
const mostRows = 1_024;

/**
 * 1. Draw a row z and an order of the features.
 * 2. Begin with z and give it the features of the explained row, one after the other. What the value changes by is what the feature adds
 *    in this order.
 * 3. The same in the reverse order; the mean of the two is one observation of each feature.
 * 4. The contribution is the mean over all observations, and its standard error theirs.
 */
export async function shapleyValues(question: ShapleyQuestion): Promise<ShapleyAnswer> {
  const { features, pairs } = question;
  const count = features.length;
  const sums = new Float64Array(count);
  const squares = new Float64Array(count);
  let base = 0;
  const perRun = Math.max(1, Math.floor(mostRows / (2 * (count + 1))));
  for (let first = 0; first < pairs; first += perRun) {
    const walks = Array.from({ length: Math.min(perRun, pairs - first) }, () => drawWalk(question));
    const values = await question.value(walks.flatMap((walk) => rowsOf(question, walk)));
    walks.forEach((walk, place) => {
      const added = observe(walk, values, place * 2 * (count + 1));
      base += values[place * 2 * (count + 1)]!;
      for (let feature = 0; feature < count; feature++) {
        sums[feature]! += added[feature]!;
        squares[feature]! += added[feature]! ** 2;
      }
    });
  }
  const contributions = Array.from(sums, (sum, feature) => {
    const mean = sum / pairs;
    const variance = Math.max(0, squares[feature]! - pairs * mean ** 2) / (pairs - 1);
    return { mean, standardError: Math.sqrt(variance / pairs) };
  });
  return { contributions, base: base / pairs, rows: pairs * 2 * (count + 1) };
}

interface Walk {
  readonly from: FeatureValues;
  /** Places of features, forwards. */
  readonly order: readonly number[];
}

function drawWalk({ features, draw, random }: ShapleyQuestion): Walk {
  return { from: draw(random), order: [...permutation(features.length, random)] };
}

/** Forwards, then backwards, each from the drawn row to the explained one. */
function rowsOf({ features, row }: ShapleyQuestion, { from, order }: Walk): FeatureValues[] {
  return [order, order.toReversed()].flatMap((steps) => {
    const rows = [from];
    for (const step of steps) {
      const name = features[step]!;
      rows.push({ ...rows.at(-1)!, [name]: row[name] ?? null });
    }
    return rows;
  });
}

/** What each feature has added on a walk there and on the walk back, on average. `start`: where its values begin. */
function observe({ order }: Walk, values: ArrayLike<number>, start: number): Float64Array {
  const count = order.length;
  const added = new Float64Array(count);
  order.forEach((feature, step) => {
    const forwards = start + step;
    const backwards = start + count + 1 + (count - 1 - step);
    added[feature] =
      (values[forwards + 1]! - values[forwards]! + values[backwards + 1]! - values[backwards]!) / 2;
  });
  return added;
}
