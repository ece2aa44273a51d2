import { type InferenceModel, loadModel } from '@flightdeck/inference';
import { addModel, identityModel, lookupModel } from '@flightdeck/onnx/fixtures';
import type { TensorGoldenRows, TensorSignature } from '@flightdeck/registry';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { examine } from './examination.ts';
import { assertClose, checkGoldenRows } from './golden-check.ts';
import type { Values } from './golden-rows.ts';

const limits = { maxBatchRows: 64, maxDelayMs: 0, maxQueuedRows: 1024, inlineBudgetMs: 2, poolThreads: 1 };

async function loaded(bytes: Uint8Array): Promise<InferenceModel> {
  const model = await loadModel(bytes, { limits });
  onTestFinished(() => model.retire());
  return model;
}

function signatureOf(type: string): TensorSignature {
  return {
    kind: 'tensors',
    inputs: [{ name: 'x', type: 'float32', shape: ['', 1] }],
    outputs: [{ name: 'y', type, shape: ['', 2] }],
  };
}

function difference(type: string, found: readonly Values[], expected: readonly Values[]): number {
  return assertClose({ signature: signatureOf(type), found, expected, tolerance: 1e-5, remedy: 'Mend it.' });
}

describe('an answer is another one', () => {
  it.each([
    ['float32', [[0.5, 0.5]], [[0.5, 0.5001]]],
    ['float64', [[250_000, 1]], [[250_010, 1]]],
    ['float32', [[0.5, null]], [[0.5, 0.5]]],
    ['float32', [[0.5, 0.5]], [[0.5, null]]],
    ['float32', [[0.5, 0.5]], [[0.5]]],
    ['int32', [[1_000_000, 1]], [[1_000_001, 1]]],
    ['string', ['stays'], ['leaves']],
    ['bool', [[true, false]], [[true, 0]]],
  ])('%s: %j for %j', (type, found, expected) => {
    const answers = (values: readonly unknown[]) => values.map((y) => ({ y }) as Values);
    expect(() => difference(type, answers(found), answers(expected))).toThrow(
      expect.objectContaining({
        code: 'GOLDEN_ROW_FAILED',
        message: expect.stringMatching(
          /^Golden row 0: output "y" is .+ here and should be .+ \(tolerance 0\.00001\)\. Mend it\.$/,
        ),
      }),
    );
  });

  it('when a small element differs beside a large one', () => {
    expect(() => difference('float32', [{ y: [1e6, 0.5] }], [{ y: [1e6, 0.6] }])).toThrow('[1000000,0.5]');
  });

  it('in the row that the message names', () => {
    const expected: readonly Values[] = [{ y: [1, 1] }, {}, { y: [1, 2] }];
    expect(() => difference('float32', Array(3).fill({ y: [1, 1] }), expected)).toThrow('Golden row 2');
  });
});

describe('an answer is the same', () => {
  it('when it is near zero, and what it is the rest of is large', () => {
    const found = [{ y: [2e5, 0] }, { y: [0.006, 0] }];
    expect(difference('float32', found, [{ y: [2e5, 0] }, { y: [0, 0] }])).toBeCloseTo(0.006 / 2e5, 12);
  });

  it('within the tolerance of the largest value that its element takes in any row', () => {
    const value = fc.double({ min: -1e9, max: 1e9, noNaN: true });
    const share = fc.double({ min: -1, max: 1, noNaN: true });
    const rows = fc.array(fc.tuple(value, share), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(rows, fc.boolean(), (pairs, broken) => {
        const scale = Math.max(1, ...pairs.map(([y]) => Math.abs(y)));
        const step = scale * 1e-5;
        const found = pairs.map(([y]) => ({ y }));
        const expected = pairs.map(([y, off], row) => ({
          y: y + step * (broken && row === 0 ? 1.01 : 0.99 * off),
        }));
        if (broken) expect(() => difference('float32', found, expected)).toThrow('Golden row 0');
        else expect(difference('float32', found, expected)).toBeLessThanOrEqual(1e-5);
      }),
    );
  });
});

describe('a model', () => {
  it('that gives other answers than its golden rows say is found out', async () => {
    const { signature, golden } = await examine(addModel(), [{ inputs: { a: [1, 2, 3], b: [0, 0, 1] } }]);
    const [row] = golden.rows;
    const others: TensorGoldenRows = {
      ...golden,
      rows: [row!, { ...row!, inputs: { a: [9, 9, 9], b: [0, 0, 0] } }],
    };
    const model = await loaded(addModel());
    await checkGoldenRows(model, signature, golden);
    await expect(checkGoldenRows(model, signature, others)).rejects.toMatchObject({
      code: 'GOLDEN_ROW_FAILED',
      message: expect.stringMatching(
        /^Golden row 1: output "sum" is \[9,9,9\] here .* version of ONNX Runtime\.$/,
      ),
    });
  });

  it('that fails on a golden row says so', async () => {
    const { signature, golden } = await examine(lookupModel(), [{ inputs: { index: 3 } }]);
    const rows = [...golden.rows, { inputs: { index: 30 }, outputs: { value: 300 } }];
    const model = await loaded(lookupModel());
    await expect(checkGoldenRows(model, signature, { ...golden, rows })).rejects.toMatchObject({
      code: 'MODEL_FAILED_ON_INPUT',
    });
  });

  it('passes with what it answered itself, whatever the types of its tensors', async () => {
    const types = ['float32', 'float64', 'int8', 'int64', 'uint8', 'uint64', 'bool', 'string'] as const;
    const { signature, golden } = await examine(identityModel(types), undefined);
    const stored = JSON.parse(JSON.stringify(golden)) as TensorGoldenRows;
    await checkGoldenRows(await loaded(identityModel(types)), signature, stored);
  });
});
