// What is counted by model: stages, runs, predictions, loads and swaps. `model` is the name of an endpoint, and of runs, which
// endpoints may share, the name in the registry. Both come from the registry alone, so that no caller can create a series.

import type { BatchReport } from '@flightdeck/inference';
import type { Tensors } from '@flightdeck/onnx';
import type { ModelVersion } from '@flightdeck/registry';
import type { Answered } from '../data-plane.ts';
import type { RequestContext } from '../http/request-context.ts';
import type { LoadedModel } from '../state/model-loader.ts';
import type { Change } from '../state/served-endpoint.ts';
import type { Family } from './family.ts';
import { type CounterSeries, counter, type HistogramSeries, histogram } from './instruments.ts';

export interface ModelMetrics {
  answered(answered: Answered): void;
  batched(version: ModelVersion, report: BatchReport): void;
  changed(change: Change): void;
  /** Features of this view will be looked up. */
  lookupExpected(view: string): void;
  /** Features of a view could not be looked up, and their rows took defaults. */
  lookupFailed(view: string): void;
  families(): readonly Family[];
}

type Stages = Readonly<Record<'parse' | 'features' | 'queue' | 'run' | 'serialise', HistogramSeries>>;

/** An endpoint's series for one version, looked up once. */
interface EndpointSeries {
  readonly predictions: CounterSeries;
  readonly scores: HistogramSeries;
  readonly stages: Record<RequestContext['transport'], Stages>;
}

export function modelMetrics(): ModelMetrics {
  const all = declareInstruments();
  const endpoints = new Map<string, Map<LoadedModel, EndpointSeries>>();
  /** The versions that an endpoint serves, the first first; and with them those before, whose requests may still be under way. */
  const current = new Map<string, readonly string[]>();
  const recent = new Map<string, readonly string[]>();

  function seriesOf(endpoint: string, model: LoadedModel): EndpointSeries {
    const known = endpoints.get(endpoint)?.get(model);
    if (known) return known;
    const series = lookUp(endpoint, model);
    endpoints.set(endpoint, new Map(endpoints.get(endpoint)).set(model, series));
    return series;
  }

  function lookUp(endpoint: string, { version }: LoadedModel): EndpointSeries {
    const own = String(version.version);
    // Callers of /v2 choose among all versions that there ever were; those that nobody serves share one series.
    const label = recent.get(endpoint)?.includes(own) ? own : 'other';
    const stagesOf = (transport: string): Stages => {
      const stage = (name: keyof Stages) => all.stages.series(endpoint, name, transport);
      return {
        parse: stage('parse'),
        features: stage('features'),
        queue: stage('queue'),
        run: stage('run'),
        serialise: stage('serialise'),
      };
    };
    return {
      predictions: all.predictions.series(endpoint, label),
      scores: all.scores.series(endpoint, label),
      stages: { v1: stagesOf('v1'), v2: stagesOf('v2'), mlflow: stagesOf('mlflow') },
    };
  }

  function rerouted(endpoint: string, versions: readonly string[]): void {
    const before = current.get(endpoint) ?? [];
    if (before[0] !== undefined && before[0] !== versions[0]) all.swaps.series(endpoint).add(1);
    current.set(endpoint, versions);
    // Several changes of one pass tell the same versions.
    if (String(before) !== String(versions)) keepVersions(endpoint, [...new Set([...versions, ...before])]);
  }

  /** Two hundred swaps must not leave the series of two hundred versions behind. */
  function keepVersions(endpoint: string, versions: readonly string[]): void {
    const isOver = ({ model, version }: Readonly<Record<string, string>>) =>
      model === endpoint && version !== 'other' && !versions.includes(version!);
    recent.set(endpoint, versions);
    endpoints.delete(endpoint);
    all.predictions.forget(isOver);
    all.scores.forget(isOver);
  }

  /** What has not happened yet is 0: an alert on a rate would miss the first of a kind, and a graph would have no line. */
  function beginAtZero(endpoint: string, { signature }: LoadedModel): void {
    for (const result of ['loaded', 'failed']) all.loads.series(endpoint, result);
    all.swaps.series(endpoint);
    if (signature.kind !== 'score') return;
    for (const { name, type } of signature.inputs) {
      all.defaulted.series(endpoint, name);
      all.stale.series(endpoint, name);
      if (type === 'string') all.unknown.series(endpoint, name);
    }
  }

  return {
    answered(answered) {
      const { endpoint, model, request, inference } = answered;
      const series = seriesOf(endpoint, model);
      observeStages(series.stages[request.context.transport], answered);
      series.predictions.add(request.rows.rows);
      if (model.signature.kind !== 'score') return;
      for (const { defaulted, unknown, stale } of request.notes ?? []) {
        for (const feature of defaulted) all.defaulted.series(endpoint, feature).add(1);
        for (const feature of stale) all.stale.series(endpoint, feature).add(1);
        for (const feature of unknown) all.unknown.series(endpoint, feature).add(1);
      }
      for (const score of scoresIn(inference.outputs, model.signature.output.name))
        series.scores.observe(score);
    },
    batched({ model }, { rows, requests, runMs }) {
      all.runRows.series(model).observe(rows);
      all.runRequests.series(model).add(requests);
      all.runs.series(model).observe(runMs / 1000);
    },
    changed(change) {
      if (change.kind === 'loaded') {
        beginAtZero(change.endpoint, change.model);
        all.loads.series(change.endpoint, 'loaded').add(1);
      }
      if (change.kind === 'loaded' || change.kind === 'rerouted')
        rerouted(change.endpoint, change.versions.map(String));
      // Without a version nothing was loaded: the alias could not even be resolved.
      if (change.kind === 'failed' && change.failure.version !== null)
        all.loads.series(change.endpoint, 'failed').add(1);
      if (change.kind === 'removed') {
        current.delete(change.endpoint);
        recent.delete(change.endpoint);
        endpoints.delete(change.endpoint);
      }
    },
    lookupExpected(view) {
      all.lookupFailures.series(view);
    },
    lookupFailed(view) {
      all.lookupFailures.series(view).add(1);
    },
    families: () => Object.values(all).map((instrument) => instrument.family()),
  };
}

/** The five stages together are the time from the request's headers to the end of its answer. */
function observeStages(stages: Stages, { request, inference, readAt }: Answered): void {
  const { arrivedAt, parsedAt, trail } = request.context;
  const { queueMs, runMs } = inference;
  stages.parse.observe((parsedAt - arrivedAt) / 1000);
  stages.features.observe((readAt - parsedAt) / 1000);
  stages.queue.observe(queueMs / 1000);
  stages.run.observe(runMs / 1000);
  trail.inferredAt = readAt + queueMs + runMs;
  trail.serialise = stages.serialise;
}

/** Nothing where the request did not ask for the score. */
function scoresIn(outputs: Tensors, name: string): Float32Array {
  return (outputs[name]?.data ?? new Float32Array(0)) as Float32Array;
}

/** Seconds: from what copying one row takes to what nobody waits for. */
const durations = [
  0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
  0.5, 1, 2.5, 5,
];

function declareInstruments() {
  return {
    stages: histogram({
      name: 'flightdeck_stage_duration_seconds',
      help: 'Time that answered requests spent in each stage: parse (headers to body), features (body to rows), queue, run, serialise (outputs to the end of the answer).',
      labelNames: ['model', 'stage', 'transport'],
      buckets: durations,
    }),
    runRows: histogram({
      name: 'flightdeck_run_rows',
      help: 'Rows in one run of the model: the size of its batches.',
      labelNames: ['model'],
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096],
    }),
    runRequests: counter({
      name: 'flightdeck_run_requests_total',
      help: 'Requests that runs of the model took in, one for each run that a request was part of.',
      labelNames: ['model'],
    }),
    runs: histogram({
      name: 'flightdeck_run_duration_seconds',
      help: 'Time of one run of the model, whatever number of requests share it.',
      labelNames: ['model'],
      buckets: durations,
    }),
    predictions: counter({
      name: 'flightdeck_predictions_total',
      help: 'Predictions answered, one per row.',
      labelNames: ['model', 'version'],
    }),
    scores: histogram({
      name: 'flightdeck_prediction_score',
      help: 'Predicted probabilities: a shift shows here before any label is known.',
      labelNames: ['model', 'version'],
      buckets: [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
    }),
    defaulted: counter({
      name: 'flightdeck_defaulted_values_total',
      help: 'Inputs that were absent and took their declared default.',
      labelNames: ['model', 'feature'],
    }),
    stale: counter({
      name: 'flightdeck_stale_values_total',
      help: 'Features that were looked up and whose events had not been heard of for longer than they declare.',
      labelNames: ['model', 'feature'],
    }),
    lookupFailures: counter({
      name: 'flightdeck_feature_lookup_failures_total',
      help: 'Lookups of features that failed, so that their rows took defaults.',
      labelNames: ['view'],
    }),
    unknown: counter({
      name: 'flightdeck_unknown_categories_total',
      help: 'Categorical inputs with a value that the model never saw in training.',
      labelNames: ['model', 'feature'],
    }),
    loads: counter({
      name: 'flightdeck_model_loads_total',
      help: 'Attempts to load a version, by result (loaded, failed).',
      labelNames: ['model', 'result'],
    }),
    swaps: counter({
      name: 'flightdeck_model_swaps_total',
      help: 'Times that an endpoint went from one version to another.',
      labelNames: ['model'],
    }),
  };
}
