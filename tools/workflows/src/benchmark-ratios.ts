// What of a benchmark can be compared between machines: its ratios. Each says how our way does against a floor, a peer or itself with
// less of something, measured side by side. Seconds and requests a second are the machine's.

export interface Ratio {
  /** The result's file and the ratio's name in it. */
  readonly name: string;
  readonly value: number;
}

export interface Compared extends Ratio {
  readonly committed: number;
  /** The median of earlier nights on the same kind of machine; null before there are enough. */
  readonly usual: number | null;
  /** How much worse than the better of both references, as a share; negative is better. */
  readonly worse: number;
  readonly isRegression: boolean;
}

/** One night: when, of which commit, and its ratios by name. */
export interface Night {
  readonly at: string;
  readonly commit: string;
  readonly ratios: Readonly<Record<string, number>>;
}

/** In all others more is better: they are shares of a floor's throughput, or what an alternative costs over ours. */
const lessIsBetter = new Set(['features: totalToFloor']);

/** Ratios of a quiet machine repeat within some 10 %, on a shared runner within 20 %. */
export const tolerated = 0.25;
const enoughNights = 5;
const nightsThatCount = 10;

interface Result {
  readonly name: string;
  readonly ratios?: Readonly<Record<string, number>>;
  readonly targets?: Readonly<Record<string, boolean>>;
  readonly results?: readonly { readonly name: string; readonly goodputToPeak?: number }[];
}

/** A benchmark writes them as `ratios`; overload has one a result. */
export function ratiosOf({ name, ratios = {}, results = [] }: Result): readonly Ratio[] {
  const ofOverload = results.flatMap(({ name: what, goodputToPeak }) =>
    goodputToPeak === undefined ? [] : [[what, goodputToPeak] as const],
  );
  return [...Object.entries(ratios), ...ofOverload].map(([what, value]) => ({
    name: `${name}: ${what}`,
    value,
  }));
}

/** Promises of the benchmark itself that do not hold. */
export function brokenTargets({ name, targets = {} }: Result): readonly string[] {
  return Object.entries(targets)
    .filter(([, holds]) => !holds)
    .map(([target]) => `${name}: ${target}`);
}

/**
 * A ratio that is gone cannot be compared, and whoever took it out commits results without it. A new one is compared when it is
 * committed.
 */
export function compareRatios(
  committed: readonly Ratio[],
  tonight: readonly Ratio[],
  history: readonly Night[],
): readonly Compared[] {
  return committed.map(({ name, value: reference }) => {
    const value = tonight.find((one) => one.name === name)?.value;
    if (value === undefined) throw new Error(`${name} is committed, and tonight's results have it not.`);
    const earlier = history.slice(-nightsThatCount).flatMap(({ ratios }) => ratios[name] ?? []);
    const usual = earlier.length < enoughNights ? null : median(earlier);
    const worse = Math.max(...[reference, usual ?? reference].map((one) => shareWorse(name, one, value)));
    return { name, value, committed: reference, usual, worse, isRegression: worse > tolerated };
  });
}

function shareWorse(name: string, reference: number, value: number): number {
  return lessIsBetter.has(name) ? value / reference - 1 : 1 - value / reference;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2;
}
