// The gate's absolute limits: what a version must reach whatever served before it.

import type { Evaluation, MetricName } from './evaluation-schema.ts';
import type { GatePolicy, GateReason } from './gate-policy.ts';
import { count, metricTitles, unjudged, usable, verdictOn, withInterval } from './gate-reasons.ts';

export function checkBounds(candidate: Evaluation, { bounds }: GatePolicy): GateReason[] {
  return Object.entries(bounds).flatMap(([name, { min, max }]) => {
    const metric = name as MetricName;
    return [
      ...(min === undefined ? [] : [checkBound(candidate, metric, 'minimum', min)]),
      ...(max === undefined ? [] : [checkBound(candidate, metric, 'maximum', max)]),
    ];
  });
}

/** The bootstrap interval of ECE leans upwards (see stats), so that a maximum of ECE errs towards refusing. */
function checkBound(
  candidate: Evaluation,
  metric: MetricName,
  side: 'minimum' | 'maximum',
  limit: number,
): GateReason {
  const check = `bound:${metric}:${side}`;
  const { rows } = candidate;
  const estimate = usable(candidate.metrics[metric], candidate);
  if (!estimate) return unjudged(check, `The candidate has no ${metricTitles[metric]}`, limit, rows);
  const { value, low, high } = estimate;
  const [kept, broken] = side === 'minimum' ? ['above', 'below'] : ['below', 'above'];
  const verdict =
    side === 'minimum' ? verdictOn({ low: -high, high: -low }, -limit) : verdictOn(estimate, limit);
  const outcome = {
    pass: `is ${kept} the ${side} of ${limit}`,
    fail: `is ${broken} the ${side} of ${limit}`,
    inconclusive: `is not clearly ${kept} the ${side} of ${limit}, which lies inside the interval`,
  }[verdict];
  const message = `${metricTitles[metric]} ${withInterval(value, estimate)} on ${count(rows)} rows ${outcome}.`;
  return { check, verdict, message, value, threshold: limit, low, high, rows };
}
