// Drift: how far the window's features and score have moved from where they were in training. Numbers are compared in the reference's
// own bins. That something has moved is information; whether it matters is what matured quality says.

import * as stats from '@flightdeck/stats';
import { count, finite, score } from './figures.ts';
import { type JudgementContext, judge } from './judgement.ts';
import { type Drift, type Item, type Report, worst } from './report-schema.ts';
import type { VersionReference } from './version-reference.ts';
import {
  binCount,
  type FeatureProfile,
  type FeatureSketch,
  featureSlots,
  millionth,
  type WindowSketch,
} from './window-sketch.ts';

export function driftOf(
  sketch: WindowSketch,
  { profile }: VersionReference,
  context: JudgementContext,
): Report['drift'] {
  const { unwatched } = context.policy.drift;
  const names = Object.keys(profile.features);
  const watched = names.filter((name) => !unwatched.includes(name)).length + 1;
  const significance = context.policy.significance / watched;
  const compare = (name: string, reference: FeatureProfile, window: FeatureSketch) =>
    driftOfFeature({ name, reference, window, significance, isWatched: !unwatched.includes(name) }, context);
  const features = names.map((name) => compare(name, profile.features[name]!, sketch.features[name]!));
  const ofScore = compare('score', profile.score, sketch.score);
  return {
    verdict: worst([...features, ofScore].map(({ item }) => item.verdict)),
    significance,
    features,
    score: ofScore,
  };
}

interface Compared {
  readonly name: string;
  readonly reference: FeatureProfile;
  readonly window: FeatureSketch;
  readonly significance: number;
  readonly isWatched: boolean;
}

function driftOfFeature(compared: Compared, context: JudgementContext): Drift {
  const { name, reference, window } = compared;
  const bins = binCount(reference);
  const byBlock = stats.sliceBlocks(window.counts, 0, bins);
  const expected = referenceCounts(reference);
  const counts = stats.totalOf(byBlock);
  const rows = sum(counts);
  const index = stabilityOf(reference, expected, byBlock);
  const test =
    reference.kind === 'number' ? testNumbers(expected, byBlock) : testCategories(expected, byBlock);
  const isNumber = reference.kind === 'number' && rows > 0;
  return {
    feature: name,
    kind: reference.kind,
    rows,
    effectiveRows: finite(test.effectiveRows),
    stabilityIndex: finite(index.raw),
    stabilityNoise: finite(index.noise),
    jensenShannon: rows === 0 ? null : stats.jensenShannonDistance(expected, counts),
    kolmogorovSmirnov: test.kolmogorovSmirnov,
    chiSquare: test.chiSquare,
    p: finite(test.p),
    wasserstein: isNumber ? stats.binnedWasserstein(reference.edges, expected, counts) : null,
    shift: isNumber ? shiftOf(window, bins) / rows : null,
    minimum: window.minimum,
    maximum: window.maximum,
    bins: rows === 0 ? [] : barsOf(reference, expected, counts),
    item: judgeDrift(compared, { rows, index, test, blocks: byBlock.blocks.size }, context),
  };
}

function referenceCounts(reference: FeatureProfile): number[] {
  return reference.kind === 'number' ? [...reference.counts] : [...Object.values(reference.counts), 0];
}

interface StabilityOfWindow {
  /** How many bins were left to compare, rare ones pooled. */
  readonly bins: number;
  readonly raw: number;
  readonly noise: number;
  /** What is left of the index above its noise. */
  readonly effect: { readonly value: number; readonly low: number; readonly high: number };
}

/** Over bins that are common enough to be compared. The interval is a jackknife over blocks. */
function stabilityOf(
  reference: FeatureProfile,
  expected: readonly number[],
  byBlock: stats.BlockSums,
): StabilityOfWindow {
  const effective = stats.effectiveRows(byBlock, 'cells');
  const poolBins = reference.kind === 'number' ? stats.poolNeighbours : stats.poolRareCategories;
  const grouping = poolBins(expected, effective);
  const pooled = stats.pool(expected, grouping);
  const { value, low, high } = stats.jackknife(byBlock, (counts) =>
    stats.stabilityIndex(pooled, stats.pool(counts, grouping)),
  );
  const noise = stats.stabilityNoise(grouping.groups, effective, sum(pooled));
  const effect = { value: value - noise, low: low - noise, high: high - noise };
  return { bins: grouping.groups, raw: value, noise, effect };
}

interface TestOfWindow extends Pick<Drift, 'kolmogorovSmirnov' | 'chiSquare'> {
  readonly effectiveRows: number;
  readonly p: number;
}

function testNumbers(expected: readonly number[], byBlock: stats.BlockSums): TestOfWindow {
  const effectiveRows = stats.effectiveRows(byBlock, 'ordered');
  const distance = stats.binnedKolmogorovSmirnov(expected, stats.totalOf(byBlock));
  return {
    effectiveRows,
    kolmogorovSmirnov: byBlock.blocks.size === 0 ? null : distance,
    chiSquare: null,
    p: stats.kolmogorovSmirnovP(distance, sum(expected), effectiveRows),
  };
}

function testCategories(expected: readonly number[], byBlock: stats.BlockSums): TestOfWindow {
  const effectiveRows = stats.effectiveRows(byBlock, 'cells');
  const grouping = stats.poolRareCategories(expected, effectiveRows);
  const shares = stats.sharesOf(stats.pool(stats.totalOf(byBlock), grouping));
  if (Number.isNaN(effectiveRows))
    return { effectiveRows, kolmogorovSmirnov: null, chiSquare: null, p: Number.NaN };
  const { statistic, degrees, p } = stats.chiSquareHomogeneity(
    stats.pool(expected, grouping),
    shares.map((share) => share * effectiveRows),
  );
  return { effectiveRows, kolmogorovSmirnov: null, chiSquare: { statistic, degrees }, p };
}

function shiftOf({ counts }: FeatureSketch, bins: number): number {
  return stats.totalOf(counts)[bins + featureSlots.indexOf('shift')]! * millionth;
}

interface SeenInWindow {
  readonly rows: number;
  readonly blocks: number;
  readonly index: StabilityOfWindow;
  readonly test: TestOfWindow;
}

function judgeDrift(
  compared: Compared,
  { rows, blocks, index, test }: SeenInWindow,
  context: JudgementContext,
): Item {
  const { name, significance, isWatched } = compared;
  const { policy } = context;
  const threshold = policy.drift.stabilityIndex;
  const item = judge(
    {
      item: `drift:${name}`,
      seen:
        rows === 0
          ? `Stability index of ${name}: no values`
          : `Stability index of ${name}: ${score(index.effect.value)} [${score(index.effect.low)}, ${score(index.effect.high)}] ` +
            `above its noise of ${score(index.noise)}, on ${count(rows)} rows`,
      effect: index.effect,
      threshold,
      limit: `the threshold of ${threshold}`,
      rows,
      blocks,
      chance:
        test.p < significance
          ? null
          : `chance alone could do that (p = ${small(test.p)} over ${count(test.effectiveRows)} effective rows, it takes ${small(significance)})`,
      obstacle:
        index.bins < 2 ? 'its blocks differ too much among themselves to be compared with training.' : null,
      alarm: 'drifted',
      persistence: policy.persistence.drift,
    },
    context,
  );
  if (isWatched) return item;
  return {
    ...item,
    verdict: 'ok',
    exceeds: false,
    streak: 0,
    message: `${item.message} The policy does not watch it.`,
  };
}

function small(p: number): string {
  return p >= 0.001 ? p.toFixed(4) : p.toExponential(1);
}

/** So many categories are shown by name. */
const shownCategories = 12;

function barsOf(reference: FeatureProfile, expected: readonly number[], counts: Float64Array): Drift['bins'] {
  const [p, q] = [stats.sharesOf(expected), stats.sharesOf(counts)];
  const bars = labelsOf(reference).map((label, i) => ({ label, reference: p[i]!, window: q[i]! }));
  if (reference.kind === 'number' || bars.length <= shownCategories + 1) return bars;
  const sorted = bars.toSorted((a, b) => Math.max(b.reference, b.window) - Math.max(a.reference, a.window));
  const others = sorted.slice(shownCategories);
  return [
    ...sorted.slice(0, shownCategories),
    {
      label: `${others.length} others`,
      reference: sum(others.map((bar) => bar.reference)),
      window: sum(others.map((bar) => bar.window)),
    },
  ];
}

function labelsOf(reference: FeatureProfile): string[] {
  if (reference.kind === 'category') return [...Object.keys(reference.counts), 'never seen'];
  const edges = reference.edges.map((edge) => String(Number(edge.toPrecision(4))));
  if (edges.length === 0) return ['any'];
  return [
    `below ${edges[0]}`,
    ...edges.slice(1).map((edge, i) => `${edges[i]} to ${edge}`),
    `from ${edges.at(-1)}`,
  ];
}

function sum(values: ArrayLike<number>): number {
  return Array.from(values).reduce((total, value) => total + value, 0);
}
