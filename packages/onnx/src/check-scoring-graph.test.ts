import { FlightdeckError } from '@flightdeck/core';
import { describe, expect, it } from 'vitest';
import { encodeModel } from './encode-model.ts';
import type { CategoryColumn, DenseLayer, Encoding, InputColumn, ScoringGraph } from './scoring-graph.ts';
import { smallGraph } from './small-graph.fixture.ts';

function refusal(graph: ScoringGraph): string {
  try {
    encodeModel(graph);
  } catch (error) {
    expect(error).toBeInstanceOf(FlightdeckError);
    expect(error).toMatchObject({ code: 'ONNX_GRAPH_INVALID', retryable: false });
    return (error as FlightdeckError).message;
  }
  return 'accepted';
}

const [distance, hour, airport] = smallGraph.inputs as [InputColumn, InputColumn, CategoryColumn];
const [first, last] = smallGraph.layers as [DenseLayer, DenseLayer];

const withInput = (column: InputColumn) => ({ ...smallGraph, inputs: [column, hour, airport] });
const withAirport = (change: Partial<CategoryColumn>) => ({
  ...smallGraph,
  inputs: [distance, hour, { ...airport, ...change }],
});
const withEncoding = (encoding: Encoding) =>
  withInput({ name: 'distance', kind: 'number', missing: 0, encodings: [encoding] });
const withLayers = (...layers: DenseLayer[]) => ({ ...smallGraph, layers });

const standard = { kind: 'standard', log1p: false, mean: 0, scale: 1, clip: 6 } as const;

/** The same numbers with one of them replaced. */
function spoiled(numbers: Float32Array, at: number, value: number): Float32Array {
  return numbers.with(at, value);
}

describe('a graph is refused, and the column or layer named,', () => {
  it.each<[string, ScoringGraph, string]>([
    ['without a name', { ...smallGraph, name: '' }, 'the model has no name'],
    ['without inputs', { ...smallGraph, inputs: [] }, 'no input columns'],
    ['without layers', withLayers(), 'no layers'],
    ['when a column is there twice', withInput(hour), 'column "hour" is there twice'],
    ['when a column has no name', withInput({ ...distance, name: '' }), 'the name is empty'],
    ['when a column has a name of ours', withInput({ ...distance, name: 'a/b' }), 'must not contain "/"'],
    [
      'when a column is called like the output',
      withInput({ ...distance, name: 'probability' }),
      "the output's name",
    ],
    [
      'when a column has no encodings',
      withInput({ name: 'distance', kind: 'number', missing: 0, encodings: [] }),
      'column "distance": it has no encodings',
    ],
    [
      'when the missing value is itself NaN',
      withInput({ name: 'distance', kind: 'number', missing: Number.NaN, encodings: [standard] }),
      'column "distance": missing must be finite',
    ],
    [
      'when a scale is 0',
      withEncoding({ ...standard, scale: 0 }),
      'standard: scale must be finite and above 0',
    ],
    ['when a scale is 0 as float32', withEncoding({ ...standard, scale: 1e-50 }), 'not 1e-50'],
    [
      'when a scale is negative',
      withEncoding({ ...standard, scale: -1 }),
      'scale must be finite and above 0',
    ],
    ['when a scale is NaN', withEncoding({ ...standard, scale: Number.NaN }), 'above 0, not NaN'],
    ['when a mean is infinite', withEncoding({ ...standard, mean: Infinity }), 'mean must be finite'],
    ['when a mean is infinite as float32', withEncoding({ ...standard, mean: 1e39 }), 'mean must be finite'],
    ['when a clip is 0', withEncoding({ ...standard, clip: 0 }), 'clip must be finite and above 0'],
    ['when a period is 0', withEncoding({ kind: 'cyclic', period: 0 }), 'period must be finite and above 0'],
    ['when a period is tiny', withEncoding({ kind: 'cyclic', period: 1e-9 }), 'at least 0.000001'],
    [
      'when one-hot has no values',
      withEncoding({ kind: 'one-hot', values: [] }),
      'one-hot: it has no values',
    ],
    [
      'when one-hot values are equal as float32',
      withEncoding({ kind: 'one-hot', values: [0.1, 0.1 + 1e-12] }),
      'a value is there twice',
    ],
    ['when one-hot has NaN', withEncoding({ kind: 'one-hot', values: [Number.NaN] }), 'must be finite'],
    ['with an empty vocabulary', withAirport({ vocabulary: [] }), 'the vocabulary is empty'],
    ['with a word twice', withAirport({ vocabulary: ['JFK', 'JFK'] }), 'holds "JFK" twice'],
    ['with an empty word', withAirport({ vocabulary: ['JFK', ''] }), 'holds the empty string'],
    ['with a word that is no Unicode', withAirport({ vocabulary: ['JFK', '\ud800'] }), 'not Unicode'],
    ['with half a dimension', withAirport({ dimensions: 1.5 }), 'dimensions must be a whole number'],
    [
      'with a short embedding',
      withAirport({ embedding: airport.embedding.slice(1) }),
      'column "airport": embedding must have 6 numbers, not 5',
    ],
    [
      'with NaN in the embedding',
      withAirport({ embedding: spoiled(airport.embedding, 4, Number.NaN) }),
      'column "airport": embedding[4] is NaN',
    ],
    [
      'when the first layer does not take what the columns give',
      withLayers({ ...first, inputs: 7 }, last),
      'layer 1: it takes 7 inputs, but 8 come in',
    ],
    [
      'when layers do not chain',
      withLayers(first, { ...last, inputs: 5 }),
      'layer 2: it takes 5 inputs, but 4 come in',
    ],
    [
      'with short weights',
      withLayers({ ...first, weights: first.weights.slice(1) }, last),
      'layer 1: weights must have 32 numbers, not 31',
    ],
    [
      'with a long bias',
      withLayers({ ...first, bias: new Float32Array(5) }, last),
      'layer 1: bias must have 4 numbers, not 5',
    ],
    [
      'with an infinite weight',
      withLayers({ ...first, weights: spoiled(first.weights, 3, Infinity) }, last),
      'layer 1: weights[3] is Infinity',
    ],
    ['when the last layer has two outputs', withLayers(first), 'must have one output'],
    [
      'when the last layer has an activation',
      withLayers(first, { ...last, activation: 'relu' }),
      'layer 2: the last layer must have no activation',
    ],
    [
      'when the calibration is NaN',
      { ...smallGraph, calibration: { slope: Number.NaN, intercept: 0 } },
      'calibration: slope must be finite',
    ],
  ])('%s', (_, graph, problem) => {
    expect(refusal(graph)).toContain(problem);
  });

  it('with all that is wrong in one message', () => {
    const message = refusal({ ...withEncoding({ ...standard, scale: 0 }), layers: [first] });
    expect(message).toContain('scale');
    expect(message).toContain('layer 1');
  });
});

it('the small graph that these were made from is accepted', () => {
  expect(refusal(smallGraph)).toBe('accepted');
});
