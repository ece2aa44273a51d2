// What a loss of quality comes from. A new line through the logits cannot change how rows are ranked: what it mends was calibration, what it
// leaves was not.

import type { AlarmPolicy } from './alarm-policy.ts';
import { finite, score, withInterval } from './figures.ts';
import type { MetricName } from './matured-metrics.ts';
import type { Recalibration } from './recalibration-gain.ts';
import type { Item, Report } from './report-schema.ts';

type Quality = Report['quality'];

export interface Evidence {
  readonly byMetric: Record<MetricName, Item>;
  readonly recalibrated: Item;
  readonly recalibration: Recalibration | null;
  readonly rocAuc: Quality['metrics']['rocAuc'];
}

/** Log loss above the promise, before and after a new line. */
export function gapsOf({ byMetric, recalibration }: Omit<Evidence, 'rocAuc' | 'recalibrated'>): {
  gap: number | null;
  gapAfter: number | null;
} {
  const { value } = byMetric.logLoss.effect;
  return { gap: value, gapAfter: finite((value ?? Number.NaN) - (recalibration?.gain.value ?? 0)) };
}

/** From what exceeds in this window; whether it has done so often enough is for the items to say. */
export function causeOf(
  evidence: Evidence,
  margins: AlarmPolicy['quality'],
): Pick<Quality, 'cause' | 'because'> {
  const { byMetric, recalibrated, recalibration, rocAuc } = evidence;
  const { logLoss, brier, ece } = byMetric;
  const ranks = `ROC-AUC is ${score(rocAuc.value)}, promised ${score(rocAuc.promised)}`;
  const line = lineIn(recalibration);
  if (byMetric.rocAuc.exceeds)
    return { cause: 'ranking', because: `Ranking has decayed: ${ranks}; ${line}.` };
  const gapAfter = gapsOf(evidence).gapAfter ?? 0;
  const lowAfter = (logLoss.effect.low ?? 0) - (recalibration?.gain.value ?? 0);
  if (logLoss.exceeds && gapAfter >= margins.logLoss && lowAfter > 0) {
    return {
      cause: 'ranking',
      because: `Log loss is ${score(logLoss.effect.value)} above the promise, and ${line}: the rest is no matter of calibration (${ranks}).`,
    };
  }
  if ([recalibrated, ece, logLoss, brier].some(({ exceeds }) => exceeds)) {
    const isHolding = byMetric.rocAuc.verdict === 'ok';
    const ranking = isHolding ? 'Ranking holds' : 'Ranking is not shown to have decayed';
    return { cause: 'calibration', because: `${ranking} (${ranks}), and ${line}.` };
  }
  if (byMetric.rocAuc.verdict === 'ok')
    return { cause: 'none', because: `Ranking holds (${ranks}), and ${line}.` };
  return { cause: 'none', because: `Not known yet. ${byMetric.rocAuc.message}` };
}

function lineIn(recalibration: Recalibration | null): string {
  if (recalibration === null) return 'no line through the logits can be fitted';
  const { slope, intercept, gain } = recalibration;
  return `a new line through the logits (slope ${score(slope)}, intercept ${score(intercept)}) saves ${withInterval(gain)} of the log loss`;
}
