// The gate's comparisons on the same rows: the candidate must beat its baselines, and must not be worse than the champion.

import type { Evaluation, MetricName } from './evaluation-schema.ts';
import type { GatePolicy, GateReason, Verdict } from './gate-policy.ts';
import { count, decimal, metricTitles, unjudged, usable, verdictOn, withInterval } from './gate-reasons.ts';
import { checkSlices } from './gate-slices.ts';
import { lossInterval, pairedLoss, whyUnpaired } from './paired-loss.ts';

export function checkBaselines(
  candidate: Evaluation,
  baselines: Readonly<Record<string, Evaluation>>,
  { beats }: GatePolicy,
): GateReason[] {
  return beats.map(({ baseline, metric }) => {
    const check = `beats:${baseline}:${metric}`;
    const other = baselines[baseline];
    if (!other) return unjudged(check, `The baseline ${baseline} was not evaluated`, 0, candidate.rows);
    const unpaired = whyUnpaired(candidate, other);
    if (unpaired) return unjudged(check, `The baseline ${baseline} ${unpaired}`, 0, candidate.rows);
    return checkGain(check, candidate, baseline, other, metric);
  });
}

function checkGain(
  check: string,
  candidate: Evaluation,
  baseline: string,
  other: Evaluation,
  metric: MetricName,
): GateReason {
  const { rows } = candidate;
  const title = metricTitles[metric];
  const ours = usable(candidate.metrics[metric], candidate);
  const theirs = usable(other.metrics[metric], other);
  if (!ours || !theirs) return unjudged(check, `The candidate or ${baseline} has no ${title}`, 0, rows);
  // The loss of going the other way, from the candidate to the baseline, is the gain.
  const gain = pairedLoss(metric, theirs, ours);
  const interval = lossInterval(gain);
  const verdict = gainVerdict(interval.low, interval.high);
  const outcome = {
    pass: 'all above 0',
    fail: 'nowhere above 0',
    inconclusive: 'an interval that contains 0, so it is not shown to be better',
  }[verdict];
  const message =
    `${title} ${decimal(ours.value)} against ${decimal(theirs.value)} of ${baseline} on ${count(rows)} rows: ` +
    `a gain of ${withInterval(gain.value, interval)}, ${outcome}.`;
  return { check, verdict, message, value: gain.value, threshold: 0, ...interval, rows };
}

function gainVerdict(low: number, high: number): Verdict {
  if (low > 0) return 'pass';
  return high <= 0 ? 'fail' : 'inconclusive';
}

/** On all rows the candidate must show that its loss stays within the margin: a non-inferiority test. */
export function checkChampion(candidate: Evaluation, champion: Evaluation, policy: GatePolicy): GateReason[] {
  const unpaired = whyUnpaired(candidate, champion);
  if (unpaired) return [unjudged('champion', `The champion ${unpaired}`, null, candidate.rows)];
  const margins = Object.entries(policy.noWorseThanChampion);
  return [
    ...margins.map(([metric, margin]) => checkLoss(candidate, champion, metric as MetricName, margin)),
    ...checkSlices(candidate, champion, policy.slices),
  ];
}

function checkLoss(
  candidate: Evaluation,
  champion: Evaluation,
  metric: MetricName,
  margin: number,
): GateReason {
  const check = `champion:${metric}`;
  const { rows } = candidate;
  const title = metricTitles[metric];
  const ours = usable(candidate.metrics[metric], candidate);
  const theirs = usable(champion.metrics[metric], champion);
  if (!ours || !theirs) return unjudged(check, `The candidate or the champion has no ${title}`, margin, rows);
  const loss = pairedLoss(metric, ours, theirs);
  const interval = lossInterval(loss);
  const verdict = verdictOn(interval, margin);
  const outcome = {
    pass: `within the tolerated ${margin}`,
    fail: `all beyond the tolerated ${margin}`,
    inconclusive: `an interval that contains the tolerated ${margin}`,
  }[verdict];
  const message =
    `${title} ${decimal(ours.value)} against ${decimal(theirs.value)} of the champion on ${count(rows)} rows: ` +
    `a loss of ${withInterval(loss.value, interval)}, ${outcome}.`;
  return { check, verdict, message, value: loss.value, threshold: margin, ...interval, rows };
}
