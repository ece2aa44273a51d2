// What Prometheus scrapes: the latest reports as gauges, what was decided, where rollouts stand, what waits in the queue. Labels are
// bounded by what is declared (models, endpoints, features); the gauges are made anew for each scrape, so that none outlives what it shows.

import { type Clock, messageOf } from '@flightdeck/core';
import { type Report, reportGauges } from '@flightdeck/monitoring';
import type { RetrainingQueue } from '@flightdeck/queue';
import type { Registry } from '@flightdeck/registry';
import { hasEnded, shadowOf, trafficOf } from '@flightdeck/rollout';
import { Counter, collectDefaultMetrics, Gauge, Registry as MetricRegistry } from 'prom-client';
import type { DecisionLog } from '../decision-log.ts';
import type { Experiments } from '../experiments/experiments.ts';
import { lengthOf } from '../reports/reports-made.ts';
import { type Rollout, rolloutIn } from '../rollouts/rollout-record.ts';
import { parts } from '../tick.ts';
import type { LoopState } from '../tick-loop.ts';
import { experimentGauges } from './experiment-gauges.ts';

export interface MetricsSources {
  readonly registry: Registry;
  readonly queue: RetrainingQueue;
  readonly decisions: DecisionLog;
  readonly experiments: Pick<Experiments, 'seen'>;
  readonly reports: () => readonly Report[];
  readonly times: ReadonlyMap<string, number>;
  readonly loop: () => LoopState;
  readonly clock: Clock;
}

/** Gauges that end in `_total`, which promtool refuses; the same by type stay. */
const misnamed = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** Returns the text of a scrape. */
export function controllerMetrics(sources: MetricsSources): () => Promise<string> {
  const ofProcess = new MetricRegistry();
  collectDefaultMetrics({ register: ofProcess });
  for (const name of misnamed) ofProcess.removeSingleMetric(name);
  return async () => {
    const fresh = new MetricRegistry();
    showReports(fresh, sources.reports());
    await showDecisions(fresh, sources);
    showLoop(fresh, sources);
    await showRollouts(fresh, sources.registry);
    await showExperiments(fresh, sources);
    return [await ofProcess.metrics(), await fresh.metrics(), await queueMetrics(sources.queue)].join('\n');
  };
}

function gauge(register: MetricRegistry, name: string, help: string, labelNames: readonly string[] = []) {
  return new Gauge({ name, help, labelNames: [...labelNames], registers: [register] });
}

/** Windows of several lengths are reported side by side, and told apart by a label. */
function showReports(register: MetricRegistry, reports: readonly Report[]): void {
  const points = reports.flatMap((report) => {
    const window = `${lengthOf(report.window) / 60_000}m`;
    return reportGauges(report).map((point) => ({ ...point, labels: { ...point.labels, window } }));
  });
  for (const [name, own] of Map.groupBy(points, (point) => point.name)) {
    const labelNames = [...new Set(own.flatMap(({ labels }) => Object.keys(labels)))];
    const shown = gauge(register, name, own[0]!.help, labelNames);
    for (const { labels, value } of own) shown.set(labels, value);
  }
}

/** Those that a graph or an alert counts begin at 0: an increase from nothing is none. */
const decisionKinds = [
  ...['retrain', 'recalibrate', 'skip', 'alert', 'alert-resolved'],
  ...['start-rollout', 'advance', 'promote', 'roll-back', 'hold', 'halt', 'resume', 'abort'],
  ...['start-experiment', 'block-experiment', 'conclude-experiment', 'stop-experiment'],
];

async function showDecisions(
  register: MetricRegistry,
  { registry, decisions }: Pick<MetricsSources, 'registry' | 'decisions'>,
): Promise<void> {
  const counter = new Counter({
    name: 'flightdeck_controller_decisions_total',
    help: 'Decisions written since the start, by model and kind.',
    labelNames: ['model', 'kind'],
    registers: [register],
  });
  const models = (await registry.endpoints.list()).map(({ model }) => model);
  for (const model of models) for (const kind of decisionKinds) counter.inc({ model, kind }, 0);
  for (const { model, kind, count } of decisions.counts()) counter.inc({ model, kind }, count);
}

function showLoop(register: MetricRegistry, { loop, times, clock }: MetricsSources): void {
  const { leads, ticks, last, failure } = loop();
  gauge(register, 'flightdeck_controller_leads', 'Whether this controller decides (1) or waits (0).').set(
    Number(leads),
  );
  new Counter({
    name: 'flightdeck_controller_ticks_total',
    help: 'Ticks that came to their end.',
    registers: [register],
  }).inc(ticks);
  const failing = gauge(
    register,
    'flightdeck_controller_problems',
    'What failed in the last tick, by model and part.',
    ['model', 'part'],
  );
  for (const model of times.keys()) for (const part of parts) failing.set({ model, part }, 0);
  for (const { model, part } of last?.problems ?? []) failing.inc({ model, part });
  if (failure !== null) failing.inc({ model: 'all', part: 'tick' });
  if (last !== null) {
    gauge(register, 'flightdeck_controller_tick_seconds', 'How long the last tick took.').set(
      last.milliseconds / 1_000,
    );
    gauge(register, 'flightdeck_controller_tick_age_seconds', 'How long ago the last tick ended.').set(
      Math.max(0, clock() - last.at) / 1_000,
    );
  }
  const time = gauge(
    register,
    'flightdeck_controller_event_time_seconds',
    "The event time up to which a model's prediction log counts as complete.",
    ['model'],
  );
  for (const [model, at] of times) time.set({ model }, at / 1_000);
}

const statuses = ['running', 'held', 'halted', 'full', 'rolled-back', 'aborted'] as const;

/** Of each endpoint the latest rollout. */
async function showRollouts(register: MetricRegistry, { endpoints, rollouts }: Registry): Promise<void> {
  const status = gauge(
    register,
    'flightdeck_rollout_status',
    'Which status the latest rollout of an endpoint has (1) and which not (0).',
    ['model', 'endpoint', 'status'],
  );
  const share = gauge(
    register,
    'flightdeck_rollout_candidate_ratio',
    'Share of the traffic that a candidate answers, or of the predictions that it is asked about in the shadow.',
    ['model', 'endpoint', 'kind'],
  );
  for (const { name, model } of await endpoints.list()) {
    const [latest] = await rollouts.list({ endpoint: name, limit: 1 });
    if (latest === undefined) continue;
    const rollout = rolloutIn(latest);
    for (const each of statuses)
      status.set({ model, endpoint: name, status: each }, Number(each === rollout.state.status));
    for (const [kind, value] of sharesOf(rollout)) share.set({ model, endpoint: name, kind }, value);
  }
}

function sharesOf({ state, policy }: Rollout): (readonly [string, number])[] {
  const canary = trafficOf(state, policy).find(({ target }) => target === String(state.candidate));
  return [
    ['canary', hasEnded(state) ? 0 : (canary?.weight ?? 0)],
    ['shadow', shadowOf(state, policy)?.rate ?? 0],
  ];
}

async function showExperiments(
  register: MetricRegistry,
  { registry, experiments }: Pick<MetricsSources, 'registry' | 'experiments'>,
): Promise<void> {
  const gauges = await experimentGauges(registry, experiments.seen);
  for (const [name, own] of Map.groupBy(gauges, (each) => each.name)) {
    const points = own.flatMap((each) => each.points);
    const labelNames = [...new Set(points.flatMap(([labels]) => Object.keys(labels)))];
    const shown = gauge(register, name, own[0]!.help, labelNames);
    for (const [labels, value] of points) if (value !== null) shown.set(labels, value);
  }
}

/** A broker that is away is no reason to show nothing of the rest. */
async function queueMetrics(queue: RetrainingQueue): Promise<string> {
  try {
    return await queue.metrics();
  } catch (error) {
    return `# The queue does not answer: ${messageOf(error).replaceAll('\n', ' ')}\n`;
  }
}
