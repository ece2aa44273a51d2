// The dense layers and the calibration: from encoded inputs to a probability.

import { concat, type GraphBuilder, type Value } from './graph-builder.ts';
import type { Block } from './number-columns.ts';
import { type DenseLayer, probabilityOutput, type ScoringGraph } from './scoring-graph.ts';

/**
 * Adds the layers; the value is the last one's output. The blocks hold the network's inputs in another order than training
 * did, so the rows of the first layer's weights are moved to that order. Nothing is computed anew: the products that make up
 * an output are the same, added in another order.
 */
export function stackLayers(
  graph: GraphBuilder,
  blocks: readonly Block[],
  layers: readonly DenseLayer[],
): Value {
  const inputs = concat(
    graph,
    blocks.map((block) => block.value),
    'inputs',
  );
  const order = blocks.flatMap((block) => block.positions);
  return layers.reduce((x, layer, i) => {
    const weights = i === 0 ? reorderRows(layer, order) : layer.weights;
    return dense(graph.within(`layer-${i + 1}`), x, { ...layer, weights });
  }, inputs);
}

/** Adds sigmoid(slope * logit + intercept), the graph's output. */
export function calibrate(
  graph: GraphBuilder,
  logit: Value,
  calibration: ScoringGraph['calibration'],
): Value {
  const scope = graph.within('calibration');
  // Shape [1, 1] like the logit's: a scalar takes a slow path of ONNX Runtime, 10 microseconds a node at 1,024 rows.
  const slope = scope.floats('slope', [calibration.slope], [1, 1]);
  const intercept = scope.floats('intercept', [calibration.intercept], [1, 1]);
  const stretched = scope.node('Mul', [logit, slope], 'stretched');
  const shifted = scope.node('Add', [stretched, intercept], 'shifted');
  return graph.node('Sigmoid', [shifted], probabilityOutput);
}

function dense(
  graph: GraphBuilder,
  x: Value,
  { inputs, outputs, weights, bias, activation }: DenseLayer,
): Value {
  const constants = [
    graph.floats('weights', weights, [inputs, outputs]),
    graph.floats('bias', bias, [1, outputs]),
  ];
  const sum = graph.node('Gemm', [x, ...constants], 'sum');
  return activation === 'relu' ? graph.node('Relu', [sum], 'relu') : sum;
}

function reorderRows({ weights, outputs }: DenseLayer, order: readonly number[]): Float32Array {
  const reordered = new Float32Array(weights.length);
  order.forEach((from, to) => {
    reordered.set(weights.subarray(from * outputs, (from + 1) * outputs), to * outputs);
  });
  return reordered;
}
