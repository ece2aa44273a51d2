// A report as Prometheus gauges. Labels are bounded by what is declared: features, metrics, verdicts; never by what was sent.

import { type Item, type Report, verdicts } from './report-schema.ts';

export interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What could not be computed has no gauge. A later report of the endpoint replaces all of them. */
export function reportGauges(report: Report): Gauge[] {
  const { model, endpoint, version, window, service, dataQuality, drift, quality } = report;
  const common = { model, endpoint, version: String(version) };
  const gauge = (name: string, help: string, points: readonly Point[]): Gauge[] =>
    points.flatMap(([labels, value]) =>
      value === null
        ? []
        : [{ name: `flightdeck_report_${name}`, help, labels: { ...common, ...labels }, value }],
    );
  const sections = { all: report, service, data_quality: dataQuality, drift, quality };
  const metrics = Object.entries(quality.metrics);
  return [
    ...gauge('window_end_timestamp_seconds', 'End of the window that was reported last, event time.', [
      [{}, window.to / 1000],
    ]),
    ...gauge(
      'verdict',
      'Which verdict a section of the report has (1) and which not (0).',
      Object.entries(sections).flatMap(([section, { verdict }]) =>
        verdicts.map((each): Point => [{ section, verdict: each }, Number(each === verdict)]),
      ),
    ),
    ...gauge('predictions', 'Predictions in the window, by outcome.', [
      [{ outcome: 'answered' }, service.answered],
      [{ outcome: 'failed' }, service.failed],
    ]),
    ...gauge(
      'latency_seconds',
      'Latency of answered predictions in the window, by percentile.',
      Object.entries(service.latencyMs ?? {}).map(
        ([name, ms]): Point => [{ percentile: name.slice(1) }, ms / 1000],
      ),
    ),
    ...gauge('bad_values_ratio', 'Share of rows in which a check of the data found something, by feature.', [
      ...dataQuality.features.flatMap(({ feature, ...shares }) =>
        checks.map(([check, key]): Point => [{ feature, check }, shares[key]]),
      ),
    ]),
    ...gauge(
      'stability_index',
      'Population stability index against training, above what chance contributes, by feature and for the score.',
      [...drift.features, drift.score].map(({ feature, item }): Point => [{ feature }, item.effect.value]),
    ),
    ...gauge('label_coverage_ratio', 'Share of answered predictions whose label is known.', [
      [{}, quality.coverage],
    ]),
    ...gauge('quality', 'Quality on matured predictions, by metric.', [
      ...metrics.map(([metric, { value }]): Point => [{ metric }, value]),
    ]),
    ...gauge('quality_promised', "What the version's evaluation lets expect of the window, by metric.", [
      ...metrics.map(([metric, { promised }]): Point => [{ metric }, promised]),
    ]),
    ...gauge('recalibration_gain', 'Log loss that a new line through the logits would save, nats.', [
      [{}, quality.recalibration?.gain.value ?? null],
    ]),
    ...gauge(
      'cause',
      'What a loss of quality comes from (1): none, calibration or ranking.',
      (['none', 'calibration', 'ranking'] as const).map(
        (cause): Point => [{ cause }, Number(cause === quality.cause)],
      ),
    ),
  ];
}

type Point = readonly [labels: Readonly<Record<string, string>>, value: Item['effect']['value']];

const checks = [
  ['missing', 'missing'],
  ['out_of_range', 'outOfRange'],
  ['unseen', 'unseen'],
  ['default', 'defaulted'],
  ['stale', 'stale'],
] as const;
