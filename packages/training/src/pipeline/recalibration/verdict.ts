// The gate of a recalibration: the model's own policy, with the version before as what has to be beaten, in what a calibration can
// change. What it cannot change is stated.

import type { Evaluation } from '../../evaluation-schema.ts';
import { gate } from '../../gate.ts';
import type { GatePolicy } from '../../gate-policy.ts';
import { readableReasons, type Verdict } from '../evaluations.ts';
import type { FittedLine } from './line.ts';

export function judgeLine(
  policy: GatePolicy,
  heldOutDays: number,
  { before, after }: FittedLine,
  { network, champion }: { network: Evaluation; champion: Evaluation },
): Verdict {
  const result = gate({
    candidate: network,
    champion,
    baselines: { champion },
    policy: recalibrationPolicy(policy, heldOutDays),
  });
  const line = ({ slope, intercept }: FittedLine['after']) =>
    `slope ${slope.toFixed(3)}, intercept ${intercept.toFixed(3)}`;
  const auc = ({ metrics }: Evaluation) => metrics.rocAuc.value.toFixed(4);
  return {
    verdict: result.verdict,
    reasons: [
      `Recalibrated from ${line(before)} to ${line(after)}.`,
      `A rising line keeps the order of all rows, so ROC-AUC stays as it is: ${auc(network)} and ${auc(champion)}.`,
      ...readableReasons(result),
    ],
  };
}

/**
 * As many rows a day as the model's policy asks for, on the days that are held out: two numbers on the same ranking need fewer days than
 * a network does, and every day that is held out is a day that the line is older than it could be. "Better" is by intervals that
 * exclude 0: with three days, each of them has to gain.
 */
function recalibrationPolicy(policy: GatePolicy, heldOutDays: number): GatePolicy {
  const { rows, days } = policy.minimum;
  return {
    ...policy,
    minimum: { rows: Math.ceil((rows / days) * heldOutDays), days: heldOutDays },
    beats: [
      { baseline: 'champion', metric: 'logLoss' },
      { baseline: 'champion', metric: 'ece' },
    ],
  };
}
