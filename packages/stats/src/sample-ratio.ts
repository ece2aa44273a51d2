// Sample-ratio mismatch: whether the units arrived in the shares that were declared. If not, something loses units of one variant (its
// exposures, its crashes, its slow answers), what is left is no fair comparison, and no result of the experiment can be trusted.

import { chiSquareSurvival } from './chi-square.ts';

/**
 * The chance of shares at least this far from `weights`, by Pearson's chi-square test (Fabijan et al., Diagnosing Sample Ratio
 * Mismatch in Online Controlled Experiments, KDD 2019, who block below 0.001). NaN without units.
 */
export function sampleRatioP(units: readonly number[], weights: readonly number[]): number {
  const total = sum(units);
  const weight = sum(weights);
  const distances = units.map((count, i) => {
    const expected = (total * weights[i]!) / weight;
    return (count - expected) ** 2 / expected;
  });
  return chiSquareSurvival(sum(distances), units.length - 1);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
