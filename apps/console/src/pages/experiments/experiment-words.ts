// What the pages on experiments say of them.

import type { ExperimentAnswer, ExperimentLook } from '@flightdeck/admin-api';
import { decimal } from '../../parts/words.ts';

export function pathOf(name: string): string {
  return `/experiments/of/${encodeURIComponent(name)}`;
}

/** In a sentence, how it ended or how it stands. */
export function conclusionOf({ ended, result }: Pick<ExperimentAnswer, 'ended' | 'result'>): string {
  if (ended) return ended.why;
  const open = result?.reasons.find(({ verdict }) => verdict !== 'pass');
  return open?.message ?? 'Not looked at yet.';
}

/** Positive is better for everybody, whatever the metric's own direction. */
export function directionOf({ experiment: { metric } }: Pick<ExperimentAnswer, 'experiment'>): string {
  return metric.better === 'higher' ? 'above the control' : 'below the control';
}

export function intervalOf({ value, low, high }: ExperimentLook['effects'][number]): string {
  return `${decimal(value, 4)} [${decimal(low, 4)}, ${decimal(high, 4)}]`;
}

/** "12 hours", "9.3 days": of a plan, which is no more exact than that. */
export function describeDays(days: number): string {
  return days < 2 ? `${(days * 24).toFixed(1)} hours` : `${days.toFixed(1)} days`;
}
