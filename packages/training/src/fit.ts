// The training loop, written out: forward, loss, gradients, step. People come here to read one, so nothing of it is hidden in a library.

import { permutation, type Random, seededRandom } from '@flightdeck/core';
import { logLoss } from '@flightdeck/stats';
import { createAdam } from './adam.ts';
import { batchTensors } from './batches.ts';
import { calibrate } from './calibration.ts';
import { createNetwork, forward, type Network } from './network.ts';
import type { LearningRate, NetworkDefinition } from './network-definition.ts';
import type { EncodedRows, FittedInput } from './preprocessing.ts';
import { tf } from './tensorflow.ts';

export interface LabelledRows {
  readonly encoded: EncodedRows;
  readonly labels: Uint8Array;
}

export interface Epoch {
  readonly epoch: number;
  /** Mean log loss over the epoch's batches, without the L2 term, while the weights were still moving. */
  readonly trainingLoss: number;
  /** Log loss on the validation rows after the epoch. */
  readonly validationLoss: number;
  readonly rowsPerSecond: number;
}

export interface FittedNetwork {
  readonly network: Network;
  readonly epochs: readonly Epoch[];
  /** The epoch whose weights were kept. */
  readonly bestEpoch: number;
}

/**
 * Fits a network by mini-batch gradient descent with Adam, and keeps the weights of the epoch with the lowest validation loss.
 * Deterministic for a seed and a backend.
 */
export async function fitNetwork(
  definition: NetworkDefinition,
  inputs: readonly FittedInput[],
  training: LabelledRows,
  validation: LabelledRows,
  options: { seed: number; onEpoch?: (epoch: Epoch) => Promise<void>; signal?: AbortSignal | undefined },
): Promise<FittedNetwork> {
  const random = seededRandom(options.seed);
  const network = createNetwork(definition, inputs, random);
  const adam = createAdam(network.variables);
  const rows = training.encoded.rows;
  const batchSize = batchSizeFor(rows, definition.batchSize);
  const batches = Math.ceil(rows / batchSize);
  const order = new Uint32Array(rows);
  const epochs: Epoch[] = [];
  let best = { epoch: 0, loss: Number.POSITIVE_INFINITY, weights: snapshot(network) };

  for (let epoch = 1; epoch <= definition.epochs; epoch++) {
    const started = performance.now();
    permutation(rows, random, order);
    let lossSum = 0;
    for (let batch = 0; batch < batches; batch++) {
      if (batch % breathEvery === 0) await breathe(options.signal);
      const rate = learningRateAt(
        definition.learningRate,
        ((epoch - 1) * batches + batch) / (definition.epochs * batches),
      );
      const chosen = order.subarray(batch * batchSize, (batch + 1) * batchSize);
      lossSum += trainOnBatch(network, adam, training, chosen, rate, definition, random) * chosen.length;
    }
    const seconds = (performance.now() - started) / 1000;
    const validationLoss = logLoss(
      calibrate(predictLogits(network, validation.encoded), uncalibrated),
      validation.labels,
    );
    epochs.push({
      epoch,
      trainingLoss: lossSum / rows,
      validationLoss,
      rowsPerSecond: Math.round(rows / seconds),
    });
    await options.onEpoch?.(epochs.at(-1)!);

    if (validationLoss < best.loss) {
      best = { epoch, loss: validationLoss, weights: snapshot(network) };
    } else if (epoch - best.epoch >= definition.patience) break;
  }
  restore(network, best.weights);
  adam.dispose();
  return { network, epochs, bestEpoch: best.epoch };
}

/** About a second of work. */
const breathEvery = 64;

/** Lets messages leave and a request to stop come in: a loop that never waits is deaf. */
async function breathe(signal: AbortSignal | undefined): Promise<void> {
  await new Promise(setImmediate);
  signal?.throwIfAborted();
}

/** Calibration comes after training: here a logit means what it says. */
const uncalibrated = { slope: 1, intercept: 0 };

/** One step. Returns the batch's mean log loss before the step. */
function trainOnBatch(
  network: Network,
  adam: ReturnType<typeof createAdam>,
  training: LabelledRows,
  rows: Uint32Array,
  learningRate: number,
  definition: NetworkDefinition,
  random: Random,
): number {
  return tf.tidy(() => {
    const batch = batchTensors(training.encoded, rows);
    const labels = tf.tensor2d(
      Float32Array.from(rows, (row) => training.labels[row]!),
      [rows.length, 1],
    );
    let dataLoss: tf.Scalar | undefined;

    const { grads } = tf.variableGrads(() => {
      // 1. Forward: what the network says.
      const logits = forward(network, batch, definition.dropout, random);
      // 2. Loss: log loss on the logit z, as log(1 + e^z) - y z, which cannot overflow the way log(sigmoid(z)) does.
      dataLoss = tf.mean(tf.sub(tf.softplus(logits), tf.mul(logits, labels))) as tf.Scalar;
      tf.keep(dataLoss);
      const squares = network.layers.map(({ weights }) => tf.sum(tf.square(weights)));
      return tf.add(dataLoss, tf.mul(tf.addN(squares), definition.l2)) as tf.Scalar;
    });
    // 3. Gradients came with it, by backpropagation. 4. Step: move every weight against its gradient.
    adam.step(
      network.variables.map((variable) => grads[variable.name]!),
      learningRate,
    );

    const loss = dataLoss!.dataSync()[0]!;
    dataLoss!.dispose();
    return loss;
  });
}

/** Logits for any number of rows, a chunk at a time. */
export function predictLogits(network: Network, encoded: EncodedRows, chunk = 8192): Float32Array {
  const logits = new Float32Array(encoded.rows);
  for (let from = 0; from < encoded.rows; from += chunk) {
    const rows = Uint32Array.from(
      { length: Math.min(chunk, encoded.rows - from) },
      (_, index) => from + index,
    );
    logits.set(tf.tidy(() => forward(network, batchTensors(encoded, rows)).dataSync()) as Float32Array, from);
  }
  return logits;
}

/**
 * The batch size for a number of rows: the declared one, but small enough for 64 steps an epoch. What a network learns from few
 * rows is limited by its steps, and 5,000 rows in batches of 1,024 are five.
 */
export function batchSizeFor(rows: number, declared: number): number {
  return Math.min(declared, Math.ceil(rows / 64));
}

/** `progress` in [0, 1): the share of all planned steps that is done. */
export function learningRateAt({ peak, warmup, floor }: LearningRate, progress: number): number {
  if (progress < warmup) return (peak * progress) / warmup;
  const falling = (progress - warmup) / (1 - warmup);
  return peak * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * falling)));
}

function snapshot(network: Network): Float32Array[] {
  return network.variables.map((variable) => variable.dataSync().slice() as Float32Array);
}

function restore(network: Network, weights: readonly Float32Array[]): void {
  network.variables.forEach((variable, index) => {
    tf.tidy(() => variable.assign(tf.tensor(weights[index]!, variable.shape)));
  });
}
