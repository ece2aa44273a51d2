// Service objectives: does the candidate fail more often than the champion in the same window, or answer much later? Compared with the
// champion, because what ails both (a lost store, a flood of bad requests) is not the candidate's fault.

import { countAbove, type Histogram, quantileOf, totalOf } from './histogram.ts';
import { type Counted, differenceOfShares, ofShare } from './sequential-interval.ts';
import { count, judge, percent, type Reason, undecided } from './verdict.ts';

/** Exact at any sample size: a candidate that always fails is out after some ten requests. */
export function checkErrors(candidate: Counted, champion: Counted, threshold: number): Reason {
  const check = 'errors';
  if (candidate.asked === 0 || champion.asked === 0)
    return undecided(check, 'Errors: no requests to compare.', threshold, candidate.asked);
  const value = candidate.failed / candidate.asked - champion.failed / champion.asked;
  const finding =
    `The candidate failed ${count(candidate.failed)} of ${count(candidate.asked)} requests, the champion ` +
    `${count(champion.failed)} of ${count(champion.asked)}: an increase of ${percent(value)}`;
  const interval = differenceOfShares(candidate, champion);
  return judge({ check, finding, value, threshold, ...interval, n: candidate.asked });
}

/** Of a p99 one in a hundred may be slower. */
const slowShare = 0.01;

/** A p99 of fewer answers is their largest. */
const fewestForP99 = 200;

/**
 * "The p99 may be `ratio` times the champion's" means: at most 1 % of the candidate's answers take longer than `ratio` times the
 * champion's p99. That is a share, which has an exact interval; a ratio of two quantiles has none as good. The champion's p99 is
 * taken as known.
 */
export function checkLatency(candidate: Histogram, champion: Histogram, ratio: number): Reason {
  const check = 'latency';
  const [answers, compared] = [totalOf(candidate), totalOf(champion)];
  const p99 = quantileOf(champion, 0.99);
  const limit = ratio * p99;
  if (answers === 0 || compared < fewestForP99)
    return undecided(
      check,
      `Latency: ${count(answers)} answers of the candidate and ${count(compared)} of the champion are too few.`,
      slowShare,
      answers,
    );
  if (!Number.isFinite(p99))
    return undecided(
      check,
      "Latency: the champion's p99 lies above the last bound of the histogram.",
      slowShare,
      answers,
    );
  // Whole answers, rounded up: a share of a bin is an assumption.
  const slow = Math.ceil(countAbove(candidate, limit));
  const finding =
    `p99 latency ${milliseconds(quantileOf(candidate, 0.99))} against ${milliseconds(p99)} of the champion; ` +
    `slower than ${ratio} times that were ${count(slow)} of ${count(answers)} answers, ${percent(slow / answers)}`;
  const interval = ofShare(slow, answers);
  return judge({ check, finding, value: slow / answers, threshold: slowShare, ...interval, n: answers });
}

function milliseconds(value: number): string {
  return Number.isFinite(value) ? `${Number(value.toPrecision(3))} ms` : 'beyond the histogram';
}
