// The answer to every question of this package: pass, fail or inconclusive, and for each check the number, the threshold, the interval
// and the sample size that led to it.

import type { Interval } from '@flightdeck/stats';
import { z } from 'zod';

export const verdictSchema = z.enum(['pass', 'fail', 'inconclusive']);
export type Verdict = z.infer<typeof verdictSchema>;

export const reasonSchema = z.strictObject({
  /** What was checked: `errors`, `latency`, `scores:psi`, `quality:logLoss`. Stable. */
  check: z.string(),
  verdict: verdictSchema,
  /** A sentence with the number, the threshold, the interval and the sample size. */
  message: z.string(),
  /** Null where there is no number: that is what is inconclusive then. */
  value: z.number().nullable(),
  threshold: z.number(),
  low: z.number().optional(),
  high: z.number().optional(),
  n: z.number(),
  /** An optional check can fail a step, but a step need not wait for it. */
  optional: z.literal(true).optional(),
});
export type Reason = z.infer<typeof reasonSchema>;

/** One failure fails; whatever is open and not optional keeps the whole open. */
export function combineVerdicts(reasons: readonly Reason[]): Verdict {
  if (reasons.some(({ verdict }) => verdict === 'fail')) return 'fail';
  return reasons.some(({ verdict, optional }) => verdict === 'inconclusive' && !optional)
    ? 'inconclusive'
    : 'pass';
}

interface Measured extends Interval {
  readonly check: string;
  /** "The candidate's error rate is 0.012 above the champion's"; the rest of the sentence is added. */
  readonly finding: string;
  readonly value: number;
  readonly threshold: number;
  readonly n: number;
}

/** Judges something that should be at most the threshold: the whole interval must be on one side of it. */
export function judge({ check, finding, threshold, n, ...measured }: Measured): Reason {
  const [value, low, high] = [oneZero(measured.value), oneZero(measured.low), oneZero(measured.high)];
  const verdict = high <= threshold ? 'pass' : low > threshold ? 'fail' : 'inconclusive';
  const outcome = {
    pass: `within the ${threshold} that is allowed`,
    fail: `all beyond the ${threshold} that is allowed`,
    inconclusive: `with the ${threshold} that is allowed inside the interval`,
  }[verdict];
  const message = `${finding}, interval [${decimal(low)}, ${decimal(high)}], n = ${count(n)}: ${outcome}.`;
  return { check, verdict, message, value, threshold, low, high, n };
}

/** JSON has one zero, not two: a record that is read back must equal what was written. */
function oneZero(value: number): number {
  return value + 0;
}

/** There is too little to judge by, which is nobody's failure. */
export function undecided(check: string, message: string, threshold: number, n: number): Reason {
  return { check, verdict: 'inconclusive', message, value: null, threshold, n };
}

export function decimal(value: number): string {
  return value.toFixed(4);
}

export function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}

export function count(value: number): string {
  return value.toLocaleString('en-US');
}
