// What serving tells Prometheus. Every label takes its values from the registry or from the routes, never from a caller, so
// that nobody can create series by sending requests.

import type { FastifyReply, FastifyRequest } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Answer } from './data-plane.ts';
import type { Change, ServedEndpoint } from './served-endpoint.ts';

export interface ServingMetrics {
  answered(answer: Answer): void;
  changed(change: Change): void;
  requested(request: FastifyRequest, reply: FastifyReply): void;
  readonly contentType: string;
  /** The text exposition format. */
  expose(): Promise<string>;
}

const knownMethods = new Set(['GET', 'HEAD', 'POST']);

/** `endpoints` is read at every scrape, for the gauges that say what is served at that moment. */
export function servingMetrics(endpoints: () => readonly ServedEndpoint[]): ServingMetrics {
  const register = new Registry();
  // Includes nodejs_eventloop_lag_seconds: an ONNX run blocks the event loop, so that is where a slow model shows.
  collectDefaultMetrics({ register });
  declareStateGauges(register, endpoints);
  const requests = requestHistogram(register);
  const loads = loadCounter(register);
  return {
    answered: answerCounters(register),
    changed(change) {
      if (change.kind === 'loaded') loads.inc({ model: change.endpoint, result: 'loaded' });
      // Without a version nothing was loaded: the alias could not even be resolved.
      if (change.kind === 'failed' && change.failure.version !== null) {
        loads.inc({ model: change.endpoint, result: 'failed' });
      }
    },
    requested(request, reply) {
      const route = request.routeOptions.url ?? 'unmatched';
      const method = knownMethods.has(request.method) ? request.method : 'other';
      const status = `${Math.floor(reply.statusCode / 100)}xx`;
      requests.observe({ route, method, status }, reply.elapsedTime / 1000);
    },
    contentType: register.contentType,
    expose: () => register.metrics(),
  };
}

function declareStateGauges(register: Registry, endpoints: () => readonly ServedEndpoint[]): void {
  const registers = [register];
  new Gauge({
    name: 'flightdeck_model_info',
    help: 'The version that is served now; always 1.',
    labelNames: ['model', 'version', 'digest'],
    registers,
    collect() {
      this.reset();
      for (const { name, loaded } of endpoints()) {
        if (loaded === null) continue;
        const { version, digest } = loaded.version;
        this.set({ model: name, version: String(version), digest }, 1);
      }
    },
  });
  new Gauge({
    name: 'flightdeck_model_diverged',
    help: '1 while the endpoint cannot be brought to its desired version (GET /v1/models says why), else 0.',
    labelNames: ['model'],
    registers,
    collect() {
      this.reset();
      for (const { name, failure } of endpoints()) this.set({ model: name }, failure === null ? 0 : 1);
    },
  });
}

function requestHistogram(register: Registry) {
  return new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the arrival of a request to the end of its answer.',
    labelNames: ['route', 'method', 'status'],
    // From one small instance (under a millisecond) to a caller who sends slowly.
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [register],
  });
}

function loadCounter(register: Registry) {
  return new Counter({
    name: 'flightdeck_model_loads_total',
    help: 'Attempts to load a version, by result (loaded, failed).',
    labelNames: ['model', 'result'],
    registers: [register],
  });
}

function answerCounters(register: Registry): ServingMetrics['answered'] {
  const registers = [register];
  const predictions = new Counter({
    name: 'flightdeck_predictions_total',
    help: 'Predictions answered, one per instance.',
    labelNames: ['model', 'version'],
    registers,
  });
  const scores = new Histogram({
    name: 'flightdeck_prediction_score',
    help: 'Predicted probabilities: a shift shows here before any label is known.',
    labelNames: ['model', 'version'],
    buckets: [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
    registers,
  });
  const defaulted = new Counter({
    name: 'flightdeck_defaulted_values_total',
    help: 'Inputs that were absent and took their declared default.',
    labelNames: ['model', 'feature'],
    registers,
  });
  const unknown = new Counter({
    name: 'flightdeck_unknown_categories_total',
    help: 'Categorical inputs with a value that the model never saw in training.',
    labelNames: ['model', 'feature'],
    registers,
  });
  return ({ model, version, predictions: answered }) => {
    const labels = { model, version: String(version) };
    predictions.inc(labels, answered.length);
    for (const { probability } of answered) scores.observe(labels, probability);
    const count = (names: readonly string[], counter: Counter<'model' | 'feature'>) => {
      for (const [feature, group] of Map.groupBy(names, (name) => name)) {
        counter.inc({ model, feature }, group.length);
      }
    };
    count(
      answered.flatMap((prediction) => prediction.defaulted),
      defaulted,
    );
    count(
      answered.flatMap((prediction) => prediction.unknown),
      unknown,
    );
  };
}
