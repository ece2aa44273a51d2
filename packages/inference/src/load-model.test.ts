// The whole of it, on real models in real threads.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Tensors } from '@flightdeck/onnx';
import { addModel, lookupModel, sequenceModel, slowModel, toyModel } from '@flightdeck/onnx/fixtures';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BatchReport, InferenceLimits, InferenceModel } from './inference-model.ts';
import { loadModel } from './load-model.ts';
import { measureApart } from './measuring.ts';
import { tensorRows } from './row-source.ts';

const limits: InferenceLimits = {
  maxBatchRows: 64,
  maxDelayMs: 0,
  maxQueuedRows: 1_000,
  inlineBudgetMs: 1_000,
  poolThreads: 2,
};
/** Nothing is cheap enough for the event loop. */
const pooled: InferenceLimits = { ...limits, inlineBudgetMs: 0 };

const indices = (...rows: number[]): Tensors => ({
  index: { type: 'int64', dims: [rows.length], data: BigInt64Array.from(rows, BigInt) },
});

const ask = (model: InferenceModel, feeds: Tensors, timeoutMs = 60_000) =>
  model.infer({ rows: tensorRows(model.inputs, feeds), deadline: performance.now() + timeoutMs });

const lookUp = async (model: InferenceModel, ...rows: number[]) => [
  ...((await ask(model, indices(...rows))).outputs.value!.data as Float32Array),
];

describe('what does not load', () => {
  test('a file that is no model, and the next one is none the worse', async () => {
    await expect(loadModel(new Uint8Array(100), { limits })).rejects.toMatchObject({ code: 'ONNX_CORRUPT' });
    const model = await loadModel(lookupModel(), { limits });
    expect(await lookUp(model, 3)).toEqual([30]);
    await model.retire();
  });

  test('a model that cannot run its samples', async () => {
    const samples = tensorRows([{ name: 'index', type: 'int64', shape: ['batch'] }], indices(99));
    await expect(loadModel(lookupModel(), { limits, samples })).rejects.toMatchObject({
      code: 'MODEL_FAILED_ON_INPUT',
    });
  });

  test('a model that takes for ever; the next one does not wait for it', async () => {
    const task = (model: Uint8Array) => ({
      bytes: new Uint8Array(model).buffer,
      samples: undefined,
      maxBatchRows: 1_024,
    });
    await expect(measureApart(task(slowModel(24, 1_024)), 1)).rejects.toMatchObject({
      code: 'MODEL_TOO_SLOW',
    });
    await expect(measureApart(task(lookupModel()), 60_000)).resolves.toMatchObject({ noBatching: null });
  });
});

describe.each([
  ['inline', limits],
  ['pool', pooled],
] as const)('a model that is placed %s', (placement, placed) => {
  test('says what it is', async () => {
    const model = await loadModel(addModel(), { limits: placed });
    expect(model).toMatchObject({
      placement,
      batching: { maxRows: 64 },
      inputs: [
        { name: 'a', type: 'float32', shape: ['batch', 3] },
        { name: 'b', type: 'float32', shape: ['batch', 3] },
      ],
      outputs: [{ name: 'sum' }, { name: 'difference' }],
      skippedOutputs: [],
      load: { queuedRows: 0, running: 0, waitMs: 0, answerMs: 0 },
    });
    expect(model.cost.fixedMs).toBeGreaterThan(0);
    expect(model.memoryBytes).toBeGreaterThan(1_000_000);
    await model.retire();
  });

  test('runs together what comes together, and tells', async () => {
    const reports: BatchReport[] = [];
    const model = await loadModel(lookupModel(), {
      limits: placed,
      onBatch: (report) => reports.push(report),
    });
    const answers = await Promise.all([lookUp(model, 1), lookUp(model, 2, 3), lookUp(model, 4)]);
    expect(answers).toEqual([[10], [20, 30], [40]]);
    expect(reports).toEqual([{ rows: 4, requests: 3, runMs: expect.any(Number) }]);
    await model.retire();
  });

  test('gives everybody their own rows, whoever sends what beside them', async () => {
    const model = await loadModel(lookupModel(), { limits: { ...placed, maxBatchRows: 6 } });
    // 10 and above are out of the table's bounds.
    const request = fc.array(
      fc.oneof({ weight: 20, arbitrary: fc.nat(9) }, fc.integer({ min: 10, max: 12 })),
      {
        minLength: 1,
        maxLength: 15,
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 12 }), async (requests) => {
        const answers = await Promise.allSettled(requests.map((rows) => lookUp(model, ...rows)));
        requests.forEach((rows, n) => {
          const answer = answers[n]!;
          if (rows.every((row) => row < 10))
            expect(answer).toEqual({ status: 'fulfilled', value: rows.map((row) => 10 * row) });
          else expect(answer).toMatchObject({ reason: { code: 'MODEL_FAILED_ON_INPUT' } });
        });
      }),
    );
    await model.retire();
    expect(model.load).toEqual({ queuedRows: 0, running: 0, waitMs: 0, answerMs: 0 });
  });

  test('runs apart what has other shapes', async () => {
    const reports: BatchReport[] = [];
    const model = await loadModel(sequenceModel(), {
      limits: placed,
      onBatch: (report) => reports.push(report),
    });
    const mean = async (...values: number[]) => {
      const sequence = {
        type: 'float32',
        dims: [1, values.length],
        data: Float32Array.from(values),
      } as const;
      return [...((await ask(model, { sequence })).outputs.mean!.data as Float32Array)];
    };
    expect(await Promise.all([mean(1, 2, 3), mean(5), mean(2, 3, 4)])).toEqual([[2], [5], [3]]);
    expect(reports.map(({ requests }) => requests).sort()).toEqual([1, 2]);
    await model.retire();
  });

  test('answers one request at a time where rows would mix', async () => {
    const mixing = toyModel({
      inputs: [{ name: 'x', type: 'float32', shape: ['rows', 1] }],
      outputs: [{ name: 'y', type: 'float32', shape: ['rows', 1] }],
      nodes: [
        { operator: 'ReduceMean', inputs: ['x'], outputs: ['mean'] },
        { operator: 'Sub', inputs: ['x', 'mean'], outputs: ['y'] },
      ],
    });
    const model = await loadModel(mixing, { limits: placed });
    expect(model.batching).toEqual({ none: expect.stringContaining('depends on the rows beside it') });
    const centred = async (...values: number[]) => {
      const x = { type: 'float32', dims: [values.length, 1], data: Float32Array.from(values) } as const;
      return [...((await ask(model, { x })).outputs.y!.data as Float32Array)];
    };
    expect(await Promise.all([centred(1, 3), centred(10, 20, 30)])).toEqual([
      [-1, 1],
      [-10, 0, 10],
    ]);
    await model.retire();
  });

  test('leaves the memory of its callers alone', async () => {
    const mine = indices(1, 2, 3);
    const samples = tensorRows([{ name: 'index', type: 'int64', shape: ['batch'] }], mine);
    const bytes = lookupModel();
    const model = await loadModel(bytes, { limits: placed, samples });
    await ask(model, mine);
    expect(mine).toEqual(indices(1, 2, 3));
    expect(bytes).toEqual(lookupModel());
    await model.retire();
  });

  test('answers what it has accepted before it retires, and nothing after', async () => {
    const model = await loadModel(lookupModel(), { limits: placed });
    const accepted = Array.from({ length: 30 }, (_, i) => lookUp(model, i % 10));
    const retired = model.retire();
    await expect(lookUp(model, 1)).rejects.toMatchObject({ code: 'MODEL_RETIRED', retryable: true });
    expect(model.retire()).toBe(retired);
    await retired;
    expect(await Promise.all(accepted)).toEqual(Array.from({ length: 30 }, (_, i) => [10 * (i % 10)]));
    expect(model.load).toEqual({ queuedRows: 0, running: 0, waitMs: 0, answerMs: 0 });
  });
});

describe('a dear model', () => {
  const x = (rows: number): Tensors => ({
    x: { type: 'float32', dims: [rows, 1_024], data: new Float32Array(rows * 1_024).fill(1) },
  });

  test('does not hold the event loop while it loads, nor while it runs beside a cheap one', async () => {
    let turns = 0;
    let isCounting = true;
    const count = () => {
      turns++;
      if (isCounting) setImmediate(count);
    };
    count();
    const cheap = await loadModel(lookupModel(), { limits });
    turns = 0;
    const dear = await loadModel(slowModel(24, 1_024), {
      limits: { ...limits, maxBatchRows: 1_024, inlineBudgetMs: 2 },
    });
    // Its runs alone would leave room for a few dozen turns; they were elsewhere.
    expect(turns).toBeGreaterThan(200);
    expect(dear.placement).toBe('pool');

    const order: string[] = [];
    turns = 0;
    const slow = ask(dear, x(512)).then(({ outputs }) => {
      order.push('dear');
      return outputs;
    });
    for (let n = 0; n < 10; n++) {
      expect(await lookUp(cheap, n)).toEqual([10 * n]);
      order.push('cheap');
    }
    expect((await slow).y).toEqual(x(512).x);
    expect(order).toEqual([...new Array<string>(10).fill('cheap'), 'dear']);
    expect(turns).toBeGreaterThan(50);
    isCounting = false;
    await Promise.all([cheap.retire(), dear.retire()]);
  });

  test('is given up at the deadline, and its run is over before it retires', async () => {
    const dear = await loadModel(slowModel(24, 1_024), { limits: { ...pooled, poolThreads: 1 } });
    await expect(ask(dear, x(64), 15)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    expect(dear.load.running).toBe(1);
    await dear.retire();
    expect(dear.load.running).toBe(0);
  });
});

test('a process that has models loaded ends when it has nothing else to do', async () => {
  const child = fileURLToPath(new URL('idle-models.child.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [child]);
  expect(stdout).toBe('inline 30, pool 40\n');
});
