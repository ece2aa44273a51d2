// Matured quality: how good the answers were whose labels are known by now, against what the version promised, and, where it is worse,
// whether a new line through the logits would mend it (calibration) or only another model could (ranking).

import * as stats from '@flightdeck/stats';
import { count, finite, finiteInterval, moment, percent, score, withInterval } from './figures.ts';
import { type JudgementContext, judge } from './judgement.ts';
import {
  binnedScores,
  calibrationNoise,
  calibrationOf,
  lossOf,
  type MetricName,
  metrics,
  promised,
  rowsOf,
} from './matured-metrics.ts';
import { causeOf, gapsOf } from './quality-cause.ts';
import { type Recalibration, recalibrationOf } from './recalibration-gain.ts';
import { type Item, type Report, worst } from './report-schema.ts';
import { foundIn, judgeShare } from './share-item.ts';
import type { VersionReference } from './version-reference.ts';
import { serviceLayout, type WindowSketch } from './window-sketch.ts';

type Quality = Report['quality'];
type Metric = Quality['metrics']['rocAuc'];

export function qualityOf(
  sketch: WindowSketch,
  { promise }: VersionReference,
  now: number,
  context: JudgementContext,
): Quality {
  const { matured } = sketch;
  const sums = stats.totalOf(matured);
  const { rows, positives } = rowsOf(sums);
  const coverage = rows / stats.totalOf(sketch.service)[serviceLayout.answered]!;
  const seen: Seen = { matured, rows, promise, obstacle: fewLabels(coverage, context) };
  const estimate = (name: MetricName): Metric => ({
    ...finiteInterval(possible(stats.jackknife(matured, metrics[name]), name)),
    promised: finite(promised(name, promise, positives / rows)),
  });
  const estimates = byName(estimate);
  const byMetric = byName((name) => judgeMetric(name, estimates[name], seen, context));
  const recalibration = recalibrationOf(matured);
  const recalibrated = judgeRecalibration(seen, recalibration, context);
  const items = [judgeCoverage(sketch, coverage, now, context), ...Object.values(byMetric), recalibrated];
  const { rocAuc } = estimates;
  return {
    verdict: worst(items.map(({ verdict }) => verdict)),
    items,
    rows,
    positives,
    coverage: finite(coverage),
    metrics: estimates,
    rocAucError: finite(stats.binnedRocAuc(binnedScores(sums)).error),
    eceNoise: finite(calibrationNoise(sums)),
    calibration: pointsOf(sums),
    recalibration: recalibration && {
      slope: recalibration.slope,
      intercept: recalibration.intercept,
      gain: finiteInterval(recalibration.gain),
      ...gapsOf({ byMetric, recalibration }),
    },
    ...causeOf({ byMetric, recalibrated, recalibration, rocAuc }, context.policy.quality),
    labelsSuspect: byMetric.rocAuc.exceeds && (rocAuc.high ?? 1) < 0.5,
  };
}

function byName<Value>(of: (name: MetricName) => Value): Record<MetricName, Value> {
  return { rocAuc: of('rocAuc'), logLoss: of('logLoss'), brier: of('brier'), ece: of('ece') };
}

/** No metric is below 0, and only the log loss can be above 1. */
function possible({ value, low, high }: stats.Interval & { value: number }, name: MetricName) {
  return { value, low: Math.max(0, low), high: name === 'logLoss' ? high : Math.min(1, high) };
}

/** Labels that come early are no fair sample: a late flight's label comes late. */
function fewLabels(coverage: number, { policy }: JudgementContext): string | null {
  const minimum = policy.quality.coverage;
  if (coverage >= minimum) return null;
  return `labels are known of ${percent(coverage)} of the answers, it takes ${percent(minimum)}.`;
}

function pointsOf(sums: Float64Array): Quality['calibration'] {
  return calibrationOf(sums)
    .filter(({ rows }) => rows > 0)
    .map(({ rows, scores, positives }) => ({ predicted: scores / rows, observed: positives / rows, rows }));
}

function judgeCoverage(
  { service, matured, subject }: WindowSketch,
  coverage: number,
  now: number,
  context: JudgementContext,
): Item {
  const { quality, persistence } = context.policy;
  const due = subject.to + quality.labelDelayMinutes * 60_000;
  return judgeShare(
    {
      item: 'quality:coverage',
      what: 'Answers whose label is not known',
      counts: foundIn(
        service,
        (sums, block) => sums[serviceLayout.answered]! - labelsOf(matured.blocks.get(block)),
        (sums) => sums[serviceLayout.answered]!,
      ),
      reference: 0,
      allowed: 1 - quality.coverage,
      persistence: persistence.quality,
      obstacle: now < due && coverage < quality.coverage ? `more may come until ${moment(due)}.` : null,
    },
    context,
  );
}

function labelsOf(block: Float64Array | undefined): number {
  return block === undefined ? 0 : rowsOf(block).rows;
}

interface Seen {
  readonly matured: stats.BlockSums;
  readonly rows: number;
  readonly promise: VersionReference['promise'];
  readonly obstacle: string | null;
}

const words: Record<MetricName, string> = {
  rocAuc: 'ROC-AUC',
  logLoss: 'Log loss',
  brier: 'Brier score',
  ece: 'Calibration error',
};

function judgeMetric(name: MetricName, metric: Metric, seen: Seen, context: JudgementContext): Item {
  const { matured, rows, promise } = seen;
  const margin = context.policy.quality[name];
  const loss = stats.jackknife(matured, (sums) => lossOf(name, promise, sums));
  // The promise is an estimate too, and the days it comes from are not those of the window.
  const { low, high } = promise.metrics[name];
  const standardError = Math.hypot(loss.standardError, (high - low) / (2 * 1.96));
  const effect = stats.estimateOf(loss.value, standardError, matured.blocks.size);
  return judge(
    {
      item: `quality:${name}`,
      seen:
        rows === 0
          ? `${words[name]}: no labels`
          : `${words[name]} ${withInterval(metric)} on ${count(rows)} rows, promised ${score(metric.promised)}: worse by ${withInterval(effect)}`,
      effect,
      threshold: margin,
      limit: `the margin of ${margin}`,
      rows,
      blocks: matured.blocks.size,
      chance: effect.low > 0 ? null : 'chance alone could do that',
      obstacle: seen.obstacle,
      alarm: 'degraded',
      persistence: context.policy.persistence.quality,
    },
    context,
  );
}

function judgeRecalibration(
  seen: Seen,
  recalibration: Recalibration | null,
  context: JudgementContext,
): Item {
  const { matured, rows } = seen;
  const margin = context.policy.quality.recalibration;
  const gain = recalibration?.gain ?? { value: Number.NaN, low: Number.NaN, high: Number.NaN };
  return judge(
    {
      item: 'quality:recalibration',
      seen: `Log loss that a new line through the logits would save: ${withInterval(gain)} on ${count(rows)} rows`,
      effect: gain,
      threshold: margin,
      limit: `the margin of ${margin}`,
      rows,
      blocks: matured.blocks.size,
      chance: gain.low > 0 ? null : 'chance alone could do that',
      obstacle: seen.obstacle,
      alarm: 'degraded',
      persistence: context.policy.persistence.quality,
    },
    context,
  );
}
