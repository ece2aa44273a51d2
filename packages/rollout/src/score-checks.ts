// Prediction distribution: does the candidate say something quite different from the champion about the same kind of traffic? Known
// within minutes, where labels take hours.

import { stabilityError, stabilityIndex, stabilityNoise } from '@flightdeck/stats';
import type { VariantEvidence } from './evidence.ts';
import type { RolloutPolicy } from './rollout-policy.ts';
import { around, differenceOfMeans, fewestForMeans } from './sequential-interval.ts';
import { count, decimal, judge, type Reason, undecided } from './verdict.ts';

type Scores = NonNullable<VariantEvidence['scores']>;

export function checkScores(
  candidate: VariantEvidence,
  champion: VariantEvidence,
  { psi, meanDifference }: NonNullable<RolloutPolicy['scores']>,
  tunedFor: number,
): Reason[] {
  return [
    ...(psi === undefined ? [] : [checkPsi(candidate.scores, champion.scores, psi, tunedFor)]),
    ...(meanDifference === undefined
      ? []
      : [checkMean(candidate.scores, champion.scores, meanDifference, tunedFor)]),
  ];
}

/** The index less what it is by chance alone, so that the verdict does not follow the sample size. */
function checkPsi(
  candidate: Scores | null,
  champion: Scores | null,
  threshold: number,
  tunedFor: number,
): Reason {
  const check = 'scores:psi';
  const [observed, reference] = [candidate?.histogram ?? [], champion?.histogram ?? []];
  if (observed.length !== reference.length && observed.length > 0 && reference.length > 0)
    return undecided(
      check,
      `PSI: the scores have ${observed.length} and ${reference.length} bins.`,
      threshold,
      0,
    );
  const [n, compared] = [sum(observed), sum(reference)];
  if (Math.min(n, compared) < fewestForMeans) return tooFew(check, n, compared, threshold);
  const bins = observed.filter((inBin, i) => inBin + reference[i]! > 0).length;
  const value = stabilityIndex(reference, observed) - stabilityNoise(bins, n, compared);
  const interval = around(value, stabilityError(reference, observed), n + compared, tunedFor);
  const finding = `PSI of the candidate's scores against the champion's is ${decimal(value)} beyond chance`;
  return judge({ check, finding, value, threshold, ...interval, n });
}

function checkMean(
  candidate: Scores | null,
  champion: Scores | null,
  threshold: number,
  tunedFor: number,
): Reason {
  const check = 'scores:mean';
  const [n, compared] = [sum(candidate?.histogram ?? []), sum(champion?.histogram ?? [])];
  if (!candidate || !champion || Math.min(n, compared) < fewestForMeans)
    return tooFew(check, n, compared, threshold);
  const { value, ...interval } = differenceOfMeans(
    { ...candidate, n },
    { ...champion, n: compared },
    tunedFor,
  );
  const finding =
    `The mean score is ${decimal(candidate.mean)} against ${decimal(champion.mean)} of the champion, ` +
    `${decimal(Math.abs(value))} apart`;
  return judge({ check, finding, threshold, ...distance(value, interval), n });
}

/** A difference and its interval, without the sign. */
function distance(value: number, { low, high }: { low: number; high: number }) {
  const least = low <= 0 && high >= 0 ? 0 : Math.min(Math.abs(low), Math.abs(high));
  return { value: Math.abs(value), low: least, high: Math.max(Math.abs(low), Math.abs(high)) };
}

function tooFew(check: string, n: number, compared: number, threshold: number): Reason {
  const message = `Scores: ${count(n)} of the candidate and ${count(compared)} of the champion are too few to compare; ${fewestForMeans} each are needed.`;
  return undecided(check, message, threshold, n);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, each) => total + each, 0);
}
