// One event loop that serves: opens the registry, builds the app, lets connections in, converges on the registry's endpoints, and
// finishes what it has accepted when it is told to end.

import { hostname } from 'node:os';
import { FlightdeckError, systemClock } from '@flightdeck/core';
import { type FeatureStore, type OnlinePlan, redisStore } from '@flightdeck/features/online';
import {
  type LabelStore,
  openLabelStore,
  openPredictionLog,
  type PredictionIds,
  type PredictionLog,
  predictionIds,
} from '@flightdeck/monitoring/log';
import { openRegistry, type Registry } from '@flightdeck/registry';
import { registryLocation } from '@flightdeck/registry/location';
import type { FastifyBaseLogger } from 'fastify';
import { type AnswerLog, answerLog } from '../answer-log.ts';
import { buildApp } from '../app.ts';
import { type DataPlane, dataPlane } from '../data-plane.ts';
import { inferenceLimits, type ServingEnv } from '../env.ts';
import { type FeatureEngines, featureEngines } from '../features/feature-engines.ts';
import { type ServingMetrics, servingMetrics } from '../metrics/metrics.ts';
import type { Keys } from '../security/keys.ts';
import { type Shadows, shadows } from '../shadows.ts';
import { logChange } from '../state/change-log.ts';
import { type ConvergenceLoop, startConverging } from '../state/convergence-loop.ts';
import { type DesiredState, desiredState } from '../state/desired-state.ts';
import { modelLoader } from '../state/model-loader.ts';
import { type ModelStore, modelStore } from '../state/model-store.ts';
import { repository } from '../state/repository.ts';
import type { Instance, JoinInstance } from './instance.ts';

interface Serving {
  readonly registry: Registry;
  readonly store: ModelStore;
  readonly state: DesiredState;
  readonly metrics: ServingMetrics;
  readonly features: FeatureEngines;
  readonly labels: LabelStore;
  readonly log: PredictionLog | null;
  readonly ids: PredictionIds;
  readonly watchers: AnswerLog;
  readonly shadows: Shadows;
}

export async function serve(
  env: ServingEnv,
  keys: Keys | undefined,
  joinInstance: JoinInstance,
): Promise<void> {
  const serving = await buildServing(env, (plan) => instance.openFeatureStore(plan));
  const { metrics, store, registry } = serving;
  const instance: Instance = joinInstance({ metrics: metrics.families, pass: () => loop.wake() });
  const app = await buildApp({
    plane: planeOf(env, serving, instance),
    features: serving.features,
    labels: serving.labels,
    metrics: { ...metrics, families: instance.metrics },
    keys,
    corsOrigins: env.SERVING_CORS_ORIGINS,
    shares: env.SERVING_WORKERS,
    invocationsModel: env.SERVING_INVOCATIONS_MODEL ?? null,
    maxInstances: env.SERVING_MAX_INSTANCES,
    maxConnections: env.SERVING_MAX_CONNECTIONS,
    accessLog: env.SERVING_ACCESS_LOG,
    defaultTimeoutMs: env.SERVING_TIMEOUT_MS,
    maxBodyBytes: env.SERVING_MAX_BODY_BYTES,
    logger: { level: env.LOG_LEVEL, base: { pid: process.pid, hostname: hostname(), ...instance.logFields } },
  });
  // Live before it is ready: whoever waits for the port gets an answer while the first model loads.
  const entrance = await instance.open(app);
  const loop = converge(env, serving, instance, app.log);
  const watch = registry.watch(() => void loop.wake());
  instance.started(app.log, async () => {
    // Node stops enforcing its request timeouts once a server is closing, so a half-sent request needs a limit of ours.
    const overdue = setTimeout(() => app.server.closeAllConnections(), env.SERVING_GRACE_MS);
    await app.close();
    await entrance.drained();
    clearTimeout(overdue);
    watch.stop();
    await loop.stop();
    await serving.shadows.settled();
    await store.close();
    await serving.log?.close();
    await serving.labels.close();
    await registry.close();
  });
}

async function buildServing(
  env: ServingEnv,
  sharedStore: (plan: OnlinePlan) => Promise<FeatureStore>,
): Promise<Serving> {
  const registry = await openRegistry(registryLocation(env));
  const url = env.SERVING_FEATURES_URL;
  const features = featureEngines({
    openStore: url === undefined ? sharedStore : (plan) => redisStore(plan, { url }),
    clock: systemClock,
    onFailure: (view) => metrics.lookupFailed(view),
  });
  const load = modelLoader({
    registry,
    clock: systemClock,
    limits: inferenceLimits(env),
    maxModelBytes: env.SERVING_MAX_MODEL_BYTES,
    lookupOf(view) {
      metrics.lookupExpected(view.name);
      return features.lookupOf(view);
    },
    onBatch: (version, report) => metrics.batched(version, report),
  });
  const store = modelStore({ load, clock: systemClock, memoryBudgetBytes: env.SERVING_MEMORY_BUDGET_BYTES });
  const state = desiredState({ registry, store, clock: systemClock, pollMs: env.SERVING_POLL_MS });
  const metrics = servingMetrics(state.endpoints, () => log?.state ?? null);
  const ids = predictionIds();
  const log = predictionLog(env, ids.token);
  const watchers = watchersOf(metrics, log);
  const asked = shadows({
    timeoutMs: env.SERVING_SHADOW_TIMEOUT_MS,
    onAnswer: watchers.shadowAnswered,
    onSkipped: metrics.shadowSkipped,
  });
  const labels = openLabelStore({
    home: env.FLIGHTDECK_HOME,
    maxDays: env.SERVING_PREDICTION_LOG_DAYS,
    clock: systemClock,
  });
  return { registry, store, state, metrics, features, labels, log, ids, watchers, shadows: asked };
}

/** What serving keeps of its answers, if it is to. */
function predictionLog(env: ServingEnv, token: string): PredictionLog | null {
  const {
    FLIGHTDECK_HOME: home,
    SERVING_PREDICTION_LOG_BYTES: maxBytes,
    SERVING_PREDICTION_LOG_DAYS: maxDays,
  } = env;
  return maxBytes === 0 ? null : openPredictionLog({ home, token, maxBytes, maxDays });
}

/** Metrics hear of everything, and the prediction log does where there is one. */
function watchersOf(metrics: ServingMetrics, log: PredictionLog | null): AnswerLog {
  const counting: AnswerLog = {
    answered: metrics.answered,
    failed: () => {},
    refused: () => {},
    shadowAnswered: metrics.shadowAnswered,
  };
  if (log === null) return counting;
  const logging = answerLog(log, systemClock);
  return {
    answered(answered) {
      metrics.answered(answered);
      logging.answered(answered);
    },
    failed: logging.failed,
    refused: logging.refused,
    shadowAnswered(answer) {
      metrics.shadowAnswered(answer);
      logging.shadowAnswered(answer);
    },
  };
}

/** Ready is what the whole instance is; the rest is this event loop's own. */
function planeOf(env: ServingEnv, serving: Serving, instance: Instance): DataPlane {
  const plane = dataPlane({
    ...serving,
    repository: repository({ ...serving, converged: instance.wake }),
    maxInstances: env.SERVING_MAX_INSTANCES,
    maxQueuedRows: env.SERVING_MAX_QUEUED_ROWS,
  });
  return {
    ...plane,
    assertReady() {
      plane.assertReady();
      const reason = instance.unreadyReason();
      if (reason !== null) throw new FlightdeckError('NOT_READY', reason, { retryable: true });
    },
  };
}

function converge(
  env: ServingEnv,
  { state, metrics }: Serving,
  instance: Instance,
  log: FastifyBaseLogger,
): ConvergenceLoop {
  const reporting: DesiredState = {
    ...state,
    async converge() {
      const changes = await state.converge();
      instance.report(state.unreadyReason());
      return changes;
    },
  };
  return startConverging(reporting, env.SERVING_POLL_MS, (change) => {
    metrics.changed(change);
    logChange(log, change);
  });
}
