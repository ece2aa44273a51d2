// The network: embeddings beside encoded numbers, dense layers with ReLU, one logit. Weights are plain variables and the forward pass is
// written out, so that training (fit.ts) and export can both see every number.

import type { Random } from '@flightdeck/core';
import type { NetworkDefinition } from './network-definition.ts';
import { type FittedCategory, type FittedInput, widthOf } from './preprocessing.ts';
import { tf } from './tensorflow.ts';

export interface Network {
  /** One table per category, (vocabulary + 1) x dimensions; row 0 is for unknown names. */
  readonly embeddings: readonly tf.Variable<tf.Rank.R2>[];
  readonly layers: readonly {
    readonly weights: tf.Variable<tf.Rank.R2>;
    readonly bias: tf.Variable<tf.Rank.R1>;
  }[];
  /** Every variable, in a fixed order. */
  readonly variables: readonly tf.Variable[];
}

/** A batch as tensors: numbers [rows, width], and per category the embedding rows [rows]. */
export interface BatchTensors {
  readonly numbers: tf.Tensor2D;
  readonly categories: readonly tf.Tensor1D[];
}

/** Draws the weights: He's normal for layers before a ReLU (He et al. 2015), small normals for embeddings, zero for biases. */
export function createNetwork(
  definition: NetworkDefinition,
  inputs: readonly FittedInput[],
  random: Random,
): Network {
  const categories = inputs.filter((input): input is FittedCategory => input.kind === 'category');
  const embeddings = categories.map(({ vocabulary, dimensions }) =>
    normalVariable([vocabulary.length + 1, dimensions], 0.05, random),
  );
  let width = inputs.reduce(
    (sum, input) => sum + (input.kind === 'number' ? widthOf(input) : input.dimensions),
    0,
  );
  const layers = [...definition.hidden, 1].map((outputs) => {
    const weights = normalVariable([width, outputs], Math.sqrt(2 / width), random);
    width = outputs;
    return { weights, bias: tf.variable(tf.zeros([outputs]) as tf.Tensor1D) };
  });
  return {
    embeddings,
    layers,
    variables: [...embeddings, ...layers.flatMap(({ weights, bias }) => [weights, bias])],
  };
}

/** Logits [rows, 1]. With a drop rate, hidden outputs are dropped at random and the rest scaled up (inverted dropout). */
export function forward(network: Network, batch: BatchTensors, dropout = 0, random?: Random): tf.Tensor2D {
  const looked = network.embeddings.map((table, index) => lookUp(table, batch.categories[index]!));
  let hidden = tf.concat([batch.numbers, ...looked], 1);
  network.layers.forEach(({ weights, bias }, index) => {
    hidden = tf.add(tf.matMul(hidden, weights), bias);
    if (index === network.layers.length - 1) return;
    hidden = tf.relu(hidden);
    if (dropout > 0 && random)
      hidden = tf.dropout(hidden, dropout, undefined, random.integer(2 ** 31)) as tf.Tensor2D;
  });
  return hidden;
}

/**
 * table[ids], with a gradient that WebAssembly can compute: its backend has no segment sum, so the rows' gradients are summed by a
 * product with the one-hot matrix of the ids, which is the same sum.
 */
function lookUp(table: tf.Variable<tf.Rank.R2>, ids: tf.Tensor1D): tf.Tensor2D {
  const gather = tf.customGrad((weights, save) => {
    (save as tf.GradSaveFunc)([ids]);
    return {
      value: tf.gather(weights as tf.Tensor2D, ids),
      gradFunc: (upstream: tf.Tensor, [rows]: tf.Tensor[]) =>
        tf.matMul(
          tf.oneHot(rows as tf.Tensor1D, table.shape[0]) as tf.Tensor2D,
          upstream as tf.Tensor2D,
          true,
        ),
    };
  });
  return gather(table) as tf.Tensor2D;
}

function normalVariable(shape: [number, number], deviation: number, random: Random): tf.Variable<tf.Rank.R2> {
  const values = Float32Array.from({ length: shape[0] * shape[1] }, () => random.normal() * deviation);
  return tf.variable(tf.tensor2d(values, shape));
}

/** The trained numbers, out of TensorFlow.js: what an export needs. */
export interface NetworkWeights {
  /** Per category, row-major. */
  readonly embeddings: readonly Float32Array[];
  readonly layers: readonly {
    readonly inputs: number;
    readonly outputs: number;
    /** inputs x outputs, row-major. */
    readonly weights: Float32Array;
    readonly bias: Float32Array;
    readonly activation: 'relu' | 'none';
  }[];
}

/** The network that these weights came from. */
export function networkOf({ embeddings, layers }: NetworkWeights, inputs: readonly FittedInput[]): Network {
  const categories = inputs.filter((input): input is FittedCategory => input.kind === 'category');
  const matrix = (values: Float32Array, columns: number) =>
    tf.variable(tf.tensor2d(values, [values.length / columns, columns]));
  const tables = embeddings.map((table, index) => matrix(table, categories[index]!.dimensions));
  const dense = layers.map(({ outputs, weights, bias }) => ({
    weights: matrix(weights, outputs),
    bias: tf.variable(tf.tensor1d(bias)),
  }));
  return {
    embeddings: tables,
    layers: dense,
    variables: [...tables, ...dense.flatMap(({ weights, bias }) => [weights, bias])],
  };
}

export function weightsOf(network: Network): NetworkWeights {
  const numbers = (variable: tf.Variable) => variable.dataSync().slice() as Float32Array;
  return {
    embeddings: network.embeddings.map(numbers),
    layers: network.layers.map(({ weights, bias }, index) => ({
      inputs: weights.shape[0],
      outputs: weights.shape[1],
      weights: numbers(weights),
      bias: numbers(bias),
      activation: index === network.layers.length - 1 ? 'none' : 'relu',
    })),
  };
}
