import { seededRandom } from '@flightdeck/core';
import { rocAuc } from '@flightdeck/stats';
import { beforeAll, describe, expect, it } from 'vitest';
import { createAdam } from './adam.ts';
import {
  batchSizeFor,
  type Epoch,
  fitNetwork,
  type LabelledRows,
  learningRateAt,
  predictLogits,
} from './fit.ts';
import { createNetwork, forward, weightsOf } from './network.ts';
import type { NetworkDefinition } from './network-definition.ts';
import type { EncodedRows, FittedInput } from './preprocessing.ts';
import { loadBackend, tf } from './tensorflow.ts';

beforeAll(async () => {
  await loadBackend();
});

const definition: NetworkDefinition = {
  inputs: {},
  hidden: [8],
  dropout: 0,
  l2: 0,
  batchSize: 64,
  epochs: 20,
  patience: 20,
  learningRate: { peak: 0.03, warmup: 0.05, floor: 0.02 },
};

const number = (name: string): FittedInput => ({
  name,
  kind: 'number',
  missing: 0,
  encodings: [{ kind: 'standard', log1p: false, mean: 0, scale: 1, clip: 6 }],
});
const inputs: FittedInput[] = [
  number('x'),
  number('y'),
  { name: 'group', kind: 'category', vocabulary: ['a', 'b'], dimensions: 2 },
];

/** Exclusive or: the label says whether x and y have the same sign, in group 1; in group 2 the opposite. No straight line can tell. */
function exclusiveOr(rows: number, seed: number): LabelledRows {
  const random = seededRandom(seed);
  const numbers = Float32Array.from({ length: rows * 2 }, random.normal);
  const groups = Int32Array.from({ length: rows }, () => 1 + random.integer(2));
  const labels = Uint8Array.from({ length: rows }, (_, row) => {
    const same = numbers[2 * row]! * numbers[2 * row + 1]! > 0;
    return Number(same === (groups[row] === 1));
  });
  return { encoded: { rows, numbers, width: 2, categories: [groups] }, labels };
}

const fit = (changes: Partial<NetworkDefinition> = {}, seed = 1, onEpoch?: (epoch: Epoch) => Promise<void>) =>
  fitNetwork(
    { ...definition, ...changes },
    inputs,
    exclusiveOr(2000, 1),
    exclusiveOr(500, 2),
    onEpoch ? { seed, onEpoch } : { seed },
  );

describe('training', { timeout: 60_000 }, () => {
  it('learns what no straight line can tell, and a straight line does not', async () => {
    const test = exclusiveOr(1000, 3);
    const areaOf = async (hidden: number[]) => {
      const { network } = await fit({ hidden });
      return rocAuc(predictLogits(network, test.encoded), test.labels);
    };
    expect(await areaOf([16, 8])).toBeGreaterThan(0.97);
    expect(await areaOf([])).toBeLessThan(0.6);
  });

  it('gives the same weights for the same seed, and others for another', async () => {
    const weights = async (seed: number) =>
      JSON.stringify(weightsOf((await fit({ epochs: 2 }, seed)).network));
    expect(await weights(1)).toBe(await weights(1));
    expect(await weights(2)).not.toBe(await weights(1));
  });

  it('stops when the validation loss has not fallen for the patience, and keeps the best epoch', async () => {
    // A step this long overshoots, so that later epochs are worse.
    const { epochs, bestEpoch, network } = await fit({
      epochs: 30,
      patience: 2,
      learningRate: { peak: 1, warmup: 0, floor: 1 },
    });
    expect(epochs.length).toBe(bestEpoch + 2);
    const best = Math.min(...epochs.map(({ validationLoss }) => validationLoss));
    expect(epochs[bestEpoch - 1]!.validationLoss).toBe(best);
    const validation = exclusiveOr(500, 2);
    const logits = predictLogits(network, validation.encoded);
    const loss =
      logits.reduce((sum, z, row) => sum + Math.log1p(Math.exp(-z * (2 * validation.labels[row]! - 1))), 0) /
      500;
    expect(loss).toBeCloseTo(best, 4);
  });

  it('shrinks the weights under an L2 penalty', async () => {
    const sizeUnder = async (l2: number) => {
      const { layers } = weightsOf((await fit({ l2, epochs: 5 })).network);
      return layers.reduce((sum, { weights }) => sum + weights.reduce((squares, w) => squares + w * w, 0), 0);
    };
    expect(await sizeUnder(0.05)).toBeLessThan(0.5 * (await sizeUnder(0)));
  });

  it('drops hidden outputs while it trains, and none when it predicts', async () => {
    const test = exclusiveOr(1000, 3);
    const { network, epochs } = await fit({ hidden: [32, 16], dropout: 0.3 });
    const logits = predictLogits(network, test.encoded);
    expect(predictLogits(network, test.encoded)).toEqual(logits);
    expect(rocAuc(logits, test.labels)).toBeGreaterThan(0.95);
    // Hampered by what is dropped, the loss in training stays above that on rows it has never seen.
    expect(epochs.at(-1)!.trainingLoss).toBeGreaterThan(epochs.at(-1)!.validationLoss);
  });

  it('frees every tensor of a step', async () => {
    const counts: number[] = [];
    await fit({ epochs: 3, patience: 3 }, 1, async () => void counts.push(tf.memory().numTensors));
    expect(new Set(counts).size).toBe(1);
  });
});

describe('the network', () => {
  const batch: EncodedRows = {
    rows: 2,
    numbers: Float32Array.of(1, 2, 3, 4),
    width: 2,
    categories: [Int32Array.of(0, 2)],
  };

  it('computes by hand what it computes', () => {
    const network = createNetwork({ ...definition, hidden: [2] }, inputs, seededRandom(5));
    const { embeddings, layers } = weightsOf(network);
    const expected = [0, 1].map((row) => {
      const looked = [
        ...embeddings[0]!.slice(2 * batch.categories[0]![row]!, 2 * batch.categories[0]![row]! + 2),
      ];
      const input = [batch.numbers[2 * row]!, batch.numbers[2 * row + 1]!, ...looked];
      return layers.reduce(
        (values, layer) =>
          Array.from(layer.bias, (bias, output) => {
            const sum = values.reduce(
              (total, value, i) => total + value * layer.weights[i * layer.outputs + output]!,
              bias,
            );
            return layer.activation === 'relu' ? Math.max(0, sum) : sum;
          }),
        input,
      )[0]!;
    });
    expect([...predictLogits(network, batch)]).toEqual(expected.map((logit) => expect.closeTo(logit, 5)));
  });

  it('has the gradient of its embeddings that finite differences have', () => {
    const network = createNetwork({ ...definition, hidden: [3] }, inputs, seededRandom(7));
    const table = network.embeddings[0]!;
    const tensors = () => ({
      numbers: tf.tensor2d(batch.numbers, [2, 2]),
      categories: [tf.tensor1d(batch.categories[0]!, 'int32')],
    });
    const total = () => tf.tidy(() => tf.sum(forward(network, tensors())).dataSync()[0]!);
    const gradient = tf.tidy(() => {
      const { grads } = tf.variableGrads(() => tf.sum(forward(network, tensors())));
      return grads[table.name]!.dataSync().slice();
    });
    const values = table.dataSync().slice() as Float32Array;
    for (const index of values.keys()) {
      const nudged = (by: number) => {
        const moved = values.slice();
        moved[index]! += by;
        tf.tidy(() => table.assign(tf.tensor2d(moved, table.shape)));
        return total();
      };
      expect(gradient[index]).toBeCloseTo((nudged(0.01) - nudged(-0.01)) / 0.02, 2);
    }
  });
});

describe('one step of Adam', () => {
  it('has the length of the learning rate, whatever the gradient, as in algorithm 1 of the paper', () => {
    const weight = tf.variable(tf.tensor1d([1, 1]));
    createAdam([weight]).step([tf.tensor1d([0.001, -500])], 0.1);
    expect([...weight.dataSync()]).toEqual([expect.closeTo(0.9, 4), expect.closeTo(1.1, 4)]);
  });
});

it('a batch is as large as declared, unless an epoch would have fewer than 64 steps', () => {
  expect(batchSizeFor(200_000, 1024)).toBe(1024);
  expect(batchSizeFor(5_000, 1024)).toBe(79);
  expect(batchSizeFor(1, 1024)).toBe(1);
});

describe('the learning rate', () => {
  const schedule = { peak: 1, warmup: 0.1, floor: 0.1 };

  it('rises to its peak, then falls along a cosine to its floor', () => {
    expect(learningRateAt(schedule, 0)).toBe(0);
    expect(learningRateAt(schedule, 0.05)).toBeCloseTo(0.5);
    expect(learningRateAt(schedule, 0.1)).toBe(1);
    expect(learningRateAt(schedule, 0.55)).toBeCloseTo(0.55);
    expect(learningRateAt(schedule, 1)).toBeCloseTo(0.1);
  });
});
