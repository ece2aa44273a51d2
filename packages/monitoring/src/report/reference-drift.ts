// How far one version's reference has moved from another's: what the two were trained on, compared feature by feature. Each profile has bins
// of its own, so the rows of one are first laid out over the bins of the other.

import * as stats from '@flightdeck/stats';
import type { CategoryProfile, NumberProfile, VersionReference } from './version-reference.ts';

type Profile = VersionReference['profile'];
type FeatureProfile = Profile['features'][string];

export interface FeatureMove {
  readonly feature: string;
  readonly kind: 'number' | 'category';
  /** The population stability index (`stabilityIndex`); null where one side lacks the feature, or its bins cannot be compared. */
  readonly stabilityIndex: number | null;
  /** What the index is on average where nothing has changed (`stabilityNoise`). */
  readonly stabilityNoise: number | null;
  /** Shares of rows without a value; null where the side lacks the feature. */
  readonly missing: { readonly from: number | null; readonly to: number | null };
}

/** Features in the order of `to`, then what only `from` has; the score last. */
export function referenceDrift(from: Profile, to: Profile): readonly FeatureMove[] {
  const names = [...new Set([...Object.keys(to.features), ...Object.keys(from.features)])];
  return [
    ...names.map((name) => featureMove(name, from.features[name], to.features[name], from.rows, to.rows)),
    featureMove('score', from.score, to.score, rowsOf(from.score), rowsOf(to.score)),
  ];
}

function featureMove(
  feature: string,
  from: FeatureProfile | undefined,
  to: FeatureProfile | undefined,
  fromRows: number,
  toRows: number,
): FeatureMove {
  const counts = from && to && sameBins(from, to);
  const missing = {
    from: from ? shareOf(from.missing, fromRows) : null,
    to: to ? shareOf(to.missing, toRows) : null,
  };
  const kind = (to ?? from)!.kind;
  if (!counts) return { feature, kind, stabilityIndex: null, stabilityNoise: null, missing };
  const bins = counts.from.filter((count, i) => count + counts.to[i]! > 0).length;
  return {
    ...{ feature, kind, missing },
    stabilityIndex: stats.stabilityIndex(counts.from, counts.to),
    stabilityNoise: stats.stabilityNoise(bins, sum(counts.to), sum(counts.from)),
  };
}

interface Counts {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

function sameBins(from: FeatureProfile, to: FeatureProfile): Counts | undefined {
  if (from.kind === 'number' && to.kind === 'number') return sameNumberBins(from, to);
  if (from.kind === 'category' && to.kind === 'category') return sameCategories(from, to);
  return undefined;
}

/** Categories that would hold fewer than five rows share one bin. */
function sameCategories(from: CategoryProfile, to: CategoryProfile): Counts | undefined {
  const names = [...new Set([...Object.keys(from.counts), ...Object.keys(to.counts)])];
  const [first, second] = [from, to].map(({ counts }) => names.map((name) => counts[name] ?? 0)) as [
    number[],
    number[],
  ];
  if (sum(first) === 0 || sum(second) === 0) return undefined;
  const grouping = stats.poolRareCategories(first, sum(second));
  return { from: [...stats.pool(first, grouping)], to: [...stats.pool(second, grouping)] };
}

/** Between fewer borders the values between them could lie anywhere, and only borders that both have can be compared. */
const fewestEdges = 5;

function sameNumberBins(from: NumberProfile, to: NumberProfile): Counts | undefined {
  if (sum(from.counts) === 0 || sum(to.counts) === 0) return undefined;
  const fine = Math.min(from.edges.length, to.edges.length) >= fewestEdges;
  const edges = fine ? from.edges : from.edges.filter((edge) => to.edges.includes(edge));
  if (edges.length === 0) return undefined;
  return { from: countsBetween(from, edges), to: countsBetween(to, edges) };
}

function countsBetween(profile: NumberProfile, edges: readonly number[]): number[] {
  const rows = sum(profile.counts);
  const below = [0, ...edges.map((edge) => rowsBelow(profile, edge)), rows];
  return below.slice(1).map((upTo, i) => upTo - below[i]!);
}

/** Rows below `x`: exact at the profile's own borders, evenly spread between two of them, exponential beyond the outermost. */
function rowsBelow({ edges, counts }: NumberProfile, x: number): number {
  const bin = edges.findIndex((edge) => x <= edge);
  const below = (edge: number) => sum(counts.slice(0, edge + 1));
  if (bin >= 0 && edges[bin] === x) return below(bin);
  if (bin === 0) return counts[0]! * tail(edges[0]! - x, counts[0]!, density(edges, counts, 1));
  const last = edges.length - 1;
  if (bin === -1) {
    const above = counts[last + 1]!;
    return sum(counts) - above * tail(x - edges[last]!, above, density(edges, counts, last));
  }
  const [low, high] = [edges[bin - 1]!, edges[bin]!];
  return below(bin - 1) + (counts[bin]! * (x - low)) / (high - low);
}

/** Rows per unit in bin `bin`, which has a border on either side. */
function density(edges: readonly number[], counts: readonly number[], bin: number): number {
  return counts[bin]! / (edges[bin]! - edges[bin - 1]!);
}

/** The share of an outermost bin that lies further than `distance` from its border: it thins out as densely as its neighbour ends. */
function tail(distance: number, rows: number, densityBeside: number): number {
  return rows === 0 ? 0 : Math.exp((-distance * densityBeside) / rows);
}

function rowsOf({ counts, missing }: NumberProfile): number {
  return sum(counts) + missing;
}

function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
