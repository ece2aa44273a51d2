// A real serving process over a state directory, on a port of its own, and a model whose answer is obvious: the log-odds are
// a + b + bias, and 1 more for the origin ATL.

import { fork } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot } from '@flightdeck/core';
import { encodeModel } from '@flightdeck/onnx';
import { bundleFiles, type Registry } from '@flightdeck/registry';
import { expect, vi } from 'vitest';

export const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

export interface RunningServing {
  readonly url: string;
  stop(): Promise<void>;
}

/** Resolves when it answers. */
export async function startServing(home: string, keys?: readonly object[]): Promise<RunningServing> {
  const child = fork(join(repositoryRoot, 'apps/serving/src/main.ts'), {
    env: {
      ...process.env,
      ...{ FLIGHTDECK_HOME: home, SERVING_PORT: '0', SERVING_WORKERS: '1', LOG_LEVEL: 'silent' },
      SERVING_PREDICTION_LOG_BYTES: String(2 ** 30),
      ...(keys && { SERVING_KEYS: JSON.stringify(keys) }),
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    child.on('message', (message: { listening?: string }) => message.listening && resolve(message.listening));
    child.once('exit', (code) => reject(new Error(`Serving has ended with ${code}.`)));
  });
  await vi.waitFor(async () => expect((await fetch(`${url}/v2/health/ready`)).status).toBe(200), {
    timeout: 20_000,
    interval: 100,
  });
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Registers a version, makes it champion, and so makes its endpoint. */
export async function promoteSum(registry: Registry, bias: number): Promise<void> {
  const { id } = await registry.runs.start({ id: `sum-${bias}`, model: 'sum', parameters: {}, lineage: {} });
  const { version } = await registry.versions.register({
    ...{ model: 'sum', runId: id, files: bundle(bias), metrics: {}, createdBy: 'a test' },
    gate: { verdict: 'pass', reasons: [] },
  });
  await registry.aliases.set({
    model: 'sum',
    version,
    alias: 'champion',
    actor: 'a test',
    reason: 'to serve it',
  });
}

const number = (name: string, fallback: number | null) => ({
  ...{ name, type: 'number', description: `the summand ${name}`, default: fallback, minimum: -9, maximum: 9 },
});

function bundle(bias: number): Record<string, Uint8Array | string> {
  const json = (value: unknown) => JSON.stringify(value);
  const near = { value: 0.5, low: 0.4, high: 0.6 };
  const profile = {
    kind: 'number',
    missing: 0,
    mean: 0,
    deviation: 1,
    edges: [-1, 0, 1],
    counts: [0, 50, 50, 0],
  };
  return {
    [bundleFiles.model]: sumModel(bias),
    [bundleFiles.signature]: json({
      kind: 'score',
      inputs: [
        number('a', 0),
        number('b', null),
        {
          name: 'origin',
          type: 'string',
          description: 'where from',
          default: null,
          categories: ['ATL', 'ORD'],
        },
      ],
      output: { name: 'probability', type: 'number', description: 'of a positive sum' },
      ...{ threshold: 0.5, positive: 'the sum is positive' },
    }),
    [bundleFiles.golden]: json({
      tolerance: 1e-5,
      rows: [{ input: { a: 1, b: 2, origin: 'ATL' }, probability: sigmoid(4 + bias) }],
    }),
    [bundleFiles.referenceProfile]: json({
      rows: 100,
      features: {
        a: profile,
        b: profile,
        origin: { kind: 'category', missing: 0, counts: { ORD: 75, ATL: 25 } },
      },
      score: profile,
    }),
    [bundleFiles.evaluation]: json({
      network: { rows: 100, positives: 50, metrics: { rocAuc: near, logLoss: near, brier: near, ece: near } },
    }),
    [bundleFiles.modelCard]: '# A sum\n',
  };
}

function sumModel(bias: number): Uint8Array {
  const encodings = [{ kind: 'standard' as const, log1p: false, mean: 0, scale: 1, clip: 1_000 }];
  return encodeModel({
    ...{ name: 'sum', producerVersion: '1', metadata: {} },
    inputs: [
      { name: 'a', kind: 'number', missing: 0, encodings },
      { name: 'b', kind: 'number', missing: 0.5, encodings },
      {
        ...{ name: 'origin', kind: 'category', vocabulary: ['ATL'], dimensions: 1 },
        embedding: Float32Array.of(0, 1),
      },
    ],
    layers: [
      {
        ...{ inputs: 3, outputs: 1, activation: 'none' },
        weights: Float32Array.of(1, 1, 1),
        bias: Float32Array.of(0),
      },
    ],
    calibration: { slope: 1, intercept: bias },
  });
}
