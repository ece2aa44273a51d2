// Matured quality in numbers, of what was served and of the frozen version on the same rows: by day for the chart, and over longer times
// with intervals, for which days are what repeats.

import * as stats from '@flightdeck/stats';
import type { PeriodQuality, QualityDay } from '../loop-schema.ts';
import type { MaturedAnswers } from './matured-quality.ts';

type Estimate = PeriodQuality['served']['rocAuc'];

const dayMs = 86_400_000;

export function qualityByDay(answers: MaturedAnswers): QualityDay[] {
  const traffic = Map.groupBy(answers.days, ({ day }) => day);
  return [...traffic].map(([day, parts]) => {
    const rows = rowsWhere(answers, (row) => dayOf(answers, row) === day);
    const { labels, served, frozen } = pick(answers, rows);
    const isJudged = labels.includes(0) && labels.includes(1);
    const answered = sum(parts.map((part) => part.answered));
    return {
      day: new Date(day).toISOString().slice(0, 10),
      answered,
      labelled: sum(parts.map((part) => part.labelled)),
      byVersion: Object.fromEntries(parts.map((part) => [String(part.version), part.answered])),
      positives: mean(labels),
      served: isJudged ? pointsOf(served, labels) : null,
      frozen: isJudged ? pointsOf(frozen, labels) : null,
    };
  });
}

function pointsOf(scores: Float32Array, labels: Uint8Array) {
  return {
    rocAuc: stats.rocAuc(scores, labels),
    ece: stats.expectedCalibrationError(scores, labels),
    bias: mean(scores) - mean(labels),
  };
}

/** Null where the time has no row of one class. `from` and `to` in milliseconds; `to` is exclusive. */
export function qualityBetween(answers: MaturedAnswers, from: number, to: number): PeriodQuality | null {
  const rows = rowsWhere(answers, (row) => answers.times[row]! >= from && answers.times[row]! < to);
  const part = pick(answers, rows);
  if (!part.labels.includes(0) || !part.labels.includes(1)) return null;
  const blocks = stats.numberBlocks(Int32Array.from(rows, (row) => dayOf(answers, row) / dayMs));
  const sides = {
    served: metricsOf(part.served, part.labels, blocks),
    frozen: metricsOf(part.frozen, part.labels, blocks),
  };
  const estimate = (metric: Metric) => overDays(metric, blocks.count);
  const side = ({ rocAuc, ece, logLoss, bias }: Metrics) => ({
    rocAuc: estimate(rocAuc),
    ece: estimate(ece),
    logLoss: estimate(logLoss),
    bias: estimate(bias),
  });
  const saved = (name: 'ece' | 'logLoss') =>
    estimate((weights) => sides.frozen[name](weights) - sides.served[name](weights));
  return {
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    rows: rows.length,
    days: blocks.count,
    served: side(sides.served),
    frozen: side(sides.frozen),
    saved: { ece: saved('ece'), logLoss: saved('logLoss') },
  };
}

type Metric = stats.BlockMetric<number>;
type Metrics = Readonly<Record<'rocAuc' | 'ece' | 'logLoss' | 'bias', Metric>>;

function metricsOf(scores: Float32Array, labels: Uint8Array, blocks: stats.Blocks): Metrics {
  const all = Uint32Array.from(scores.keys());
  const areas = stats.areasByBlock(stats.rankByScore(scores), labels, blocks);
  return {
    rocAuc: (weights) => areas(weights).rocAuc,
    ece: stats.sumsByBlock(stats.calibrationErrorSums(scores, labels), all, blocks),
    logLoss: stats.sumsByBlock(stats.logLossSums(scores, labels), all, blocks),
    bias: stats.sumsByBlock(biasSums(scores, labels), all, blocks),
  };
}

/** Mean probability above the share of positives. */
function biasSums(scores: Float32Array, labels: Uint8Array): stats.RowSums<number> {
  return {
    width: 2,
    add: (row, weight, sums, offset) => {
      sums[offset]! += weight * (scores[row]! - labels[row]!);
      sums[offset + 1]! += weight;
    },
    finish: ([gap = 0, rows = 0]) => gap / rows,
  };
}

/** The jackknife: computed again without each day in turn. Without ends where there is one day only. */
function overDays(metric: Metric, days: number): Estimate {
  const weights = (without: number) =>
    Float64Array.from({ length: days }, (_, day) => (day === without ? 0 : 1));
  const value = metric(weights(-1));
  if (days < 2) return { value, low: null, high: null };
  const squares = Array.from({ length: days }, (_, day) => (metric(weights(day)) - value) ** 2);
  const { low, high } = stats.estimateOf(value, Math.sqrt(((days - 1) / days) * sum(squares)), days);
  return Number.isFinite(low) ? { value, low, high } : { value, low: null, high: null };
}

function rowsWhere({ served }: MaturedAnswers, holds: (row: number) => boolean): Uint32Array {
  return Uint32Array.from(served.keys()).filter(holds);
}

function pick({ labels, served, frozen }: MaturedAnswers, rows: Uint32Array) {
  return {
    labels: Uint8Array.from(rows, (row) => labels[row]!),
    served: Float32Array.from(rows, (row) => served[row]!),
    frozen: Float32Array.from(rows, (row) => frozen[row]!),
  };
}

function dayOf({ times }: MaturedAnswers, row: number): number {
  return Math.floor(times[row]! / dayMs) * dayMs;
}

function mean(values: ArrayLike<number>): number {
  return values.length === 0 ? 0 : sum(Array.from(values)) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
