// The gate's look at slices: a model that is as good on average may be worse at five in the morning.
//
// Forty slices at 95 % are a trap on both sides. Blocking where one interval lies beyond its margin would block an equal model by
// chance alone: in 83 of 100 gates with 40 independent slices and no margin. So the interval is widened to 1 - 0.05 / comparisons
// (Bonferroni), which holds that chance to 5 % however the slices overlap (gate.test.ts: 3 of 100). And asking each slice to *prove*
// that it is no worse, as the whole must, would let hardly any equal model through: forty proofs of power 0.98 all succeed 45 times
// in 100. So a slice fails where it is certainly worse, is inconclusive where its loss is beyond the margin but may be chance, and
// passes otherwise.

import type { Evaluation, SliceMetricName } from './evaluation-schema.ts';
import type { GatePolicy, GateReason, Verdict } from './gate-policy.ts';
import { count, decimal, metricTitles, unjudged, usable, withInterval } from './gate-reasons.ts';
import { pairedLoss, wideLossInterval } from './paired-loss.ts';

type Slice = Evaluation['slices'][number];
const familyError = 0.05;

/** Both evaluations must be of the same rows. */
export function checkSlices(
  candidate: Evaluation,
  champion: Evaluation,
  { minimumRows, noWorseThanChampion }: GatePolicy['slices'],
): GateReason[] {
  const margins = Object.entries(noWorseThanChampion) as [SliceMetricName, number][];
  if (margins.length === 0) return [];
  const slices = pairSlices(candidate, champion);
  if (slices.length === 0) return [unjudged('slices', 'No evaluation has slices', null, candidate.rows)];
  const judged = slices.filter((pair) => !isSmall(pair, minimumRows));
  const level = 1 - familyError / (judged.length * margins.length);
  return [
    ...judged.flatMap((pair) =>
      margins.map(([metric, margin]) => checkSlice(pair, candidate, champion, metric, margin, level)),
    ),
    ...tooSmall(
      slices.filter((pair) => isSmall(pair, minimumRows)),
      minimumRows,
    ),
  ];
}

interface SlicePair {
  readonly name: string;
  readonly ours: Slice | undefined;
  readonly theirs: Slice | undefined;
}

function pairSlices(candidate: Evaluation, champion: Evaluation): SlicePair[] {
  const byName = ({ slices }: Evaluation) =>
    new Map(slices.map((each) => [`${each.slice}=${each.value}`, each]));
  const [ours, theirs] = [byName(candidate), byName(champion)];
  const names = new Set([...ours.keys(), ...theirs.keys()]);
  return [...names].map((name) => ({ name, ours: ours.get(name), theirs: theirs.get(name) }));
}

/** Too small for both; where only one evaluation has no metrics, something is missing. */
function isSmall({ ours, theirs }: SlicePair, minimumRows: number): boolean {
  if (!ours || !theirs) return false;
  const rows = Math.max(ours.rows, theirs.rows);
  return rows < minimumRows || (ours.metrics === null && theirs.metrics === null);
}

function checkSlice(
  { name, ours, theirs }: SlicePair,
  candidate: Evaluation,
  champion: Evaluation,
  metric: SliceMetricName,
  margin: number,
  level: number,
): GateReason {
  const check = `slice:${name}:${metric}`;
  const rows = ours?.rows ?? theirs?.rows ?? 0;
  if (ours?.rows !== theirs?.rows || ours?.positives !== theirs?.positives) {
    return unjudged(check, `The slice ${name} holds other rows for the champion`, margin, rows);
  }
  const [before, after] = [
    usable(theirs?.metrics?.[metric], champion),
    usable(ours?.metrics?.[metric], candidate),
  ];
  const title = metricTitles[metric];
  if (!before || !after) return unjudged(check, `The slice ${name} has no ${title}`, margin, rows);
  const loss = pairedLoss(metric, after, before);
  const interval = wideLossInterval(loss, candidate.interval.blocks, level);
  const verdict = sliceVerdict(loss.value, interval.low, margin);
  const outcome = {
    pass: `within the tolerated ${margin}`,
    fail: `all beyond the tolerated ${margin}`,
    inconclusive: `beyond the tolerated ${margin}, which the interval contains`,
  }[verdict];
  const message =
    `${name}: ${title} ${decimal(after.value)} against ${decimal(before.value)} of the champion on ${count(rows)} rows: ` +
    `a loss of ${withInterval(loss.value, interval)} at ${(100 * level).toFixed(2)} %, ${outcome}.`;
  return { check, verdict, message, value: loss.value, threshold: margin, ...interval, rows };
}

function sliceVerdict(loss: number, low: number, margin: number): Verdict {
  if (loss <= margin) return 'pass';
  return low > margin ? 'fail' : 'inconclusive';
}

/** Says which slices nobody looked at, so that silence about them is not taken for health. */
function tooSmall(small: readonly SlicePair[], minimumRows: number): GateReason[] {
  if (small.length === 0) return [];
  const rows = small.reduce((sum, { ours }) => sum + ours!.rows, 0);
  const names = small.map(({ name, ours }) => `${name} (${count(ours!.rows)})`).join(', ');
  const message =
    `${small.length} slices with ${count(rows)} rows are not judged, being below ${count(minimumRows)} rows or short of ` +
    `a class: ${names}.`;
  return [
    { check: 'slices:small', verdict: 'pass', message, value: small.length, threshold: minimumRows, rows },
  ];
}
