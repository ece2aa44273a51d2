// What batching costs and what it gives: one-row requests of 23 columns through the batcher alone (a run that does nothing), through
// a model of the flagship's size, and through bare runs of that model, one a request.
// Run it with: node packages/inference/bench/batching.ts

import { setImmediate as nextTurn } from 'node:timers/promises';
import { seededRandom } from '@flightdeck/core';
import { encodeModel, openSession, type TensorInfo, type Tensors, tensorData } from '@flightdeck/onnx';
import { batcher } from '../src/batcher.ts';
import { type InferenceLimits, loadModel, type RowSource } from '../src/index.ts';
import type { Work } from '../src/inference-model.ts';
import { tensorRows } from '../src/row-source.ts';
import type { Runner } from '../src/runner.ts';
import { pickRows } from '../src/sample-rows.ts';
import { eventLoop } from '../src/scheduler.ts';

const limits: InferenceLimits = {
  maxBatchRows: 1_024,
  maxDelayMs: 0,
  maxQueuedRows: 16_384,
  inlineBudgetMs: 2,
  poolThreads: 1,
};
const inFlight = [1, 16, 64, 256];
const msOfARound = 500;
const rounds = 3;

const random = seededRandom(1);
const normals = (length: number) => Float32Array.from({ length }, () => random.normal() * 0.3);
const airports = Array.from({ length: 230 }, (_, i) => `A${i}`);

/** 21 numbers and 2 airports into a 51-64-32-1 network. */
function flagship(): Uint8Array {
  const widths = [51, 64, 32, 1];
  return encodeModel({
    name: 'bench',
    producerVersion: '1',
    inputs: [
      ...Array.from({ length: 21 }, (_, i) => ({
        name: `number_${i}`,
        kind: 'number' as const,
        missing: 0,
        encodings: [{ kind: 'standard' as const, log1p: i % 3 === 0, mean: 0, scale: 1, clip: 6 }],
      })),
      ...['origin', 'destination'].map((name) => ({
        name,
        kind: 'category' as const,
        vocabulary: airports,
        dimensions: 15,
        embedding: normals((airports.length + 1) * 15),
      })),
    ],
    layers: widths.slice(1).map((outputs, i) => ({
      inputs: widths[i]!,
      outputs,
      weights: normals(widths[i]! * outputs),
      bias: normals(outputs),
      activation: outputs === 1 ? 'none' : 'relu',
    })),
    calibration: { slope: 1, intercept: 0 },
    metadata: {},
  });
}

function oneRow(inputs: readonly TensorInfo[]): RowSource {
  const feeds: Tensors = Object.fromEntries(
    inputs.map(({ name, type }) => [name, { type, dims: [1, 1], data: tensorData(type, 1) }]),
  );
  return tensorRows(inputs, feeds);
}

/** Microseconds a request, with so many under way at a time; the fastest round. */
async function measure(concurrency: number, ask: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    let answered = 0;
    const started = performance.now();
    const client = async () => {
      for (; performance.now() - started < msOfARound; answered++) await ask();
    };
    await Promise.all(Array.from({ length: concurrency }, client));
    best = Math.min(best, (1_000 * (performance.now() - started)) / answered);
  }
  return best;
}

const model = await loadModel(flagship(), { limits });
const session = await openSession(flagship());
const { inputs, outputs } = model;
const rows = oneRow(inputs);

const idleRunner: Runner = {
  concurrency: 1,
  volley: 1,
  ahead: 0,
  takesFeeds: false,
  async run(feeds) {
    await nextTurn();
    const size = feeds.number_0!.dims[0]!;
    const probability = { type: 'float32', dims: [size, 1], data: new Float32Array(size) } as const;
    return { outputs: { probability }, runMs: 0.01 };
  },
  async close() {},
};
const idle = batcher({
  ...limits,
  inputs,
  outputs,
  isBatching: true,
  runner: idleRunner,
  scheduler: eventLoop,
  cost: { fixedMs: 0.01, perRowMs: 0.001 },
});

const work = (): Work => ({ rows, outputs: ['probability'], deadline: performance.now() + 5_000 });
const ways = {
  'batcher alone': () => idle.infer(work()),
  'batched runs': () => model.infer(work()),
  'bare runs': () => session.run(pickRows(inputs, rows, [0]), ['probability']),
};

console.log(`${inputs.length} columns, 1 row a request; microseconds a request (and requests a second)`);
console.log(['in flight'.padEnd(12), ...Object.keys(ways).map((way) => way.padStart(20))].join(''));
for (const concurrency of inFlight) {
  const cells: string[] = [];
  for (const ask of Object.values(ways)) {
    const us = await measure(concurrency, ask);
    cells.push(`${us.toFixed(1)} (${Math.round(1e6 / us)})`.padStart(20));
  }
  console.log([String(concurrency).padEnd(12), ...cells].join(''));
}
await Promise.all([model.retire(), session.release(), idle.drain()]);
