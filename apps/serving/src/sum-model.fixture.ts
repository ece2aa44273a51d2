// What serving's tests serve: a model whose answer is obvious, sigmoid(a + b + origin + bias), in a real ONNX file and a real
// registry below a temporary folder. ATL counts 1, ORD counts -1, any other origin 0; a missing b counts 0.5.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '@flightdeck/core';
import { memoryStore } from '@flightdeck/features/online';
import type { InferenceLimits } from '@flightdeck/inference';
import { openLabelStore, predictionIds } from '@flightdeck/monitoring/log';
import { encodeModel } from '@flightdeck/onnx';
import {
  bundleFiles,
  type ModelVersion,
  openRegistry,
  type Registry,
  type ScoreGoldenRows,
  type ScoreSignature,
} from '@flightdeck/registry';
import { buildApp } from './app.ts';
import { dataPlane } from './data-plane.ts';
import { featureEngines } from './features/feature-engines.ts';
import type { HttpServerOptions } from './http/http-server.ts';
import { servingMetrics } from './metrics/metrics.ts';
import type { SecurityOptions } from './security/register-security.ts';
import { shadows } from './shadows.ts';
import { desiredState } from './state/desired-state.ts';
import { modelLoader } from './state/model-loader.ts';
import { modelStore } from './state/model-store.ts';
import { repository } from './state/repository.ts';

export const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

export const sumSignature: ScoreSignature = {
  kind: 'score',
  inputs: [
    { name: 'a', type: 'number', description: 'a summand', default: 0, minimum: -10, maximum: 10 },
    { name: 'b', type: 'number', description: 'a summand that may be missing', default: null },
    { name: 'origin', type: 'string', description: 'an airport', default: null, categories: ['ATL', 'ORD'] },
  ],
  output: { name: 'probability', type: 'number', description: 'of a positive sum' },
  threshold: 0.5,
  positive: 'the sum is positive',
};

export interface SumVersion {
  readonly model?: string;
  /** Versions differ by it, and so do their answers. */
  readonly bias?: number;
  /** Files that replace those of a sound bundle. */
  readonly files?: Readonly<Record<string, Uint8Array | string>>;
}

export async function temporaryRegistry(): Promise<{ home: string; registry: Registry } & AsyncDisposable> {
  const home = await mkdtemp(join(tmpdir(), 'flightdeck-serving-'));
  const registry = await openRegistry({ home });
  const dispose = async () => {
    await registry.close();
    await rm(home, { recursive: true });
  };
  return { home, registry, [Symbol.asyncDispose]: dispose };
}

export async function registerSum(registry: Registry, sum: SumVersion = {}): Promise<ModelVersion> {
  const { model = 'sum', bias = 0, files = {} } = sum;
  const run = await registry.runs.start({ id: `${model}-${bias}`, model, parameters: { bias }, lineage: {} });
  return registry.versions.register({
    model,
    runId: run.id,
    files: { ...soundBundle(bias), ...files },
    metrics: {},
    gate: { verdict: 'pass', reasons: [] },
    createdBy: 'a test',
  });
}

/** Registers a version and makes it champion; the first of a model makes the endpoint too. */
export async function promoteSum(registry: Registry, sum: SumVersion = {}): Promise<ModelVersion> {
  const version = await registerSum(registry, sum);
  await makeChampion(registry, version);
  return version;
}

export async function makeChampion(registry: Registry, { model, version }: ModelVersion): Promise<void> {
  await registry.aliases.set({ model, version, alias: 'champion', actor: 'a test', reason: 'to serve it' });
}

/** Flips the last bit of a bundle's file where it is stored. */
export async function tamper(home: string, version: ModelVersion, path: string): Promise<void> {
  const { sha256 } = version.files.find((file) => file.path === path)!;
  const blob = join(home, 'artifacts', 'sha256', sha256.slice(0, 2), sha256);
  const bytes = await readFile(blob);
  bytes[bytes.length - 1]! ^= 1;
  await writeFile(blob, bytes);
}

export const testLimits: InferenceLimits = {
  maxBatchRows: 64,
  maxDelayMs: 0,
  maxQueuedRows: 1024,
  inlineBudgetMs: 2,
  poolThreads: 1,
};

export interface ServeOptions extends Partial<HttpServerOptions>, SecurityOptions {
  readonly limits?: Partial<InferenceLimits>;
  readonly defaultTimeoutMs?: number;
  /** None by default: what no endpoint names is retired at once. */
  readonly memoryBudgetBytes?: number;
  readonly clock?: Clock;
  readonly maxInstances?: number;
  /** Where labels are kept; needed by tests that send some. */
  readonly home?: string;
}

/** The parts that main.ts puts together, but for the port and the loop: the test says when to converge. */
export async function serve(registry: Registry, options: ServeOptions = {}) {
  const {
    clock = systemClock,
    maxInstances = 1000,
    maxBodyBytes = 1024 * 1024,
    logger = false,
    defaultTimeoutMs = 5000,
  } = options;
  const features = featureEngines({
    openStore: async (plan) => memoryStore(plan),
    clock,
    onFailure: (view) => metrics.lookupFailed(view),
  });
  const labels = openLabelStore({ home: options.home ?? tmpdir(), maxDays: 1, clock });
  const load = modelLoader({
    registry,
    clock,
    limits: { ...testLimits, ...options.limits },
    maxModelBytes: 1024 * 1024,
    lookupOf: features.lookupOf,
    onBatch: (version, report) => metrics.batched(version, report),
  });
  const store = modelStore({ load, clock, memoryBudgetBytes: options.memoryBudgetBytes ?? 0 });
  const state = desiredState({ registry, store, clock, pollMs: 1000 });
  const metrics = servingMetrics(state.endpoints);
  const converge = async () => {
    const changes = await state.converge();
    for (const change of changes) metrics.changed(change);
    return changes;
  };
  const asked = shadows({
    timeoutMs: 1000,
    onAnswer: metrics.shadowAnswered,
    onSkipped: metrics.shadowSkipped,
  });
  const plane = dataPlane({
    state,
    store,
    registry,
    repository: repository({ registry, state, store, converged: async () => void (await converge()) }),
    maxInstances,
    maxQueuedRows: { ...testLimits, ...options.limits }.maxQueuedRows,
    ids: predictionIds(),
    watchers: { answered: metrics.answered, failed: () => {}, refused: () => {} },
    shadows: asked,
  });
  const app = await buildApp({
    ...options,
    plane,
    metrics,
    features,
    labels,
    invocationsModel: null,
    maxInstances,
    defaultTimeoutMs,
    maxBodyBytes,
    logger,
  });
  const dispose = async () => {
    await app.close();
    await asked.settled();
    await labels.close();
    await store.close();
  };
  return {
    app,
    state,
    store,
    plane,
    metrics,
    features,
    labels,
    shadows: asked,
    converge,
    [Symbol.asyncDispose]: dispose,
  };
}

function soundBundle(bias: number): Record<string, Uint8Array | string> {
  const golden: ScoreGoldenRows = {
    tolerance: 1e-5,
    rows: [
      { input: { a: 1, b: 2, origin: 'ATL' }, probability: sigmoid(4 + bias) },
      { input: { a: -1, b: null, origin: null }, probability: sigmoid(-0.5 + bias) },
    ],
  };
  return {
    [bundleFiles.model]: sumModel(bias),
    [bundleFiles.signature]: JSON.stringify(sumSignature),
    [bundleFiles.golden]: JSON.stringify(golden),
    [bundleFiles.modelCard]: `# A sum, biased by ${bias}\n`,
  };
}

function sumModel(bias: number): Uint8Array {
  const asItIs = [{ kind: 'standard' as const, log1p: false, mean: 0, scale: 1, clip: 1000 }];
  return encodeModel({
    name: 'sum',
    producerVersion: '1',
    inputs: [
      { name: 'a', kind: 'number', missing: 0, encodings: asItIs },
      { name: 'b', kind: 'number', missing: 0.5, encodings: asItIs },
      {
        name: 'origin',
        kind: 'category',
        vocabulary: ['ATL', 'ORD'],
        dimensions: 1,
        embedding: Float32Array.of(0, 1, -1),
      },
    ],
    layers: [
      {
        inputs: 3,
        outputs: 1,
        weights: Float32Array.of(1, 1, 1),
        bias: Float32Array.of(0),
        activation: 'none',
      },
    ],
    calibration: { slope: 1, intercept: bias },
    metadata: {},
  });
}
