// What must hold before a graph is exported. A wrong shape found here names the column or layer; found by the runtime, it
// would name a node that nobody wrote.

import { FlightdeckError } from '@flightdeck/core';
import {
  type CategoryColumn,
  type DenseLayer,
  type Encoding,
  type InputColumn,
  type NumberColumn,
  probabilityOutput,
  type ScoringGraph,
  widthOf,
} from './scoring-graph.ts';

/** Throws ONNX_GRAPH_INVALID with every column, layer and number of `graph` that does not fit. */
export function checkScoringGraph(graph: ScoringGraph): void {
  const problems = [...problemsOf(graph)];
  if (problems.length === 0) return;
  throw new FlightdeckError(
    'ONNX_GRAPH_INVALID',
    `Model "${graph.name}" cannot be exported: ${problems.join('; ')}. Correct what is handed to encodeModel.`,
  );
}

type Problems = Generator<string, void>;

function* problemsOf(graph: ScoringGraph): Problems {
  if (graph.name === '') yield 'the model has no name';
  if (graph.inputs.length === 0) yield 'it has no input columns';
  const seen = new Set<string>();
  for (const column of graph.inputs) {
    const where = `column "${column.name}"`;
    if (seen.has(column.name)) yield `${where} is there twice`;
    seen.add(column.name);
    yield* under(where, columnProblems(column));
  }
  yield* layersProblems(graph);
  yield* under(
    'calibration',
    finite({ slope: graph.calibration.slope, intercept: graph.calibration.intercept }),
  );
}

function* columnProblems(column: InputColumn): Problems {
  if (column.name === '' || !column.name.isWellFormed()) yield 'the name is empty or not Unicode';
  // Values inside the graph are named "scope/name", so that no column can be mistaken for one of them.
  if (column.name.includes('/')) yield 'the name must not contain "/"';
  if (column.name === probabilityOutput) yield "that is the output's name";
  yield* column.kind === 'number' ? numberProblems(column) : categoryProblems(column);
}

function* numberProblems({ missing, encodings }: NumberColumn): Problems {
  yield* finite({ missing });
  if (encodings.length === 0) yield 'it has no encodings, so the network would never see it';
  for (const encoding of encodings) yield* under(encoding.kind, encodingProblems(encoding));
}

function* encodingProblems(encoding: Encoding): Problems {
  if (encoding.kind === 'standard') {
    yield* finite({ mean: encoding.mean });
    yield* positive({ scale: encoding.scale, clip: encoding.clip });
  } else if (encoding.kind === 'cyclic') {
    yield* positive({ period: encoding.period });
    if (encoding.period < 1e-6) yield `the period must be at least 0.000001, not ${encoding.period}`;
  } else {
    if (encoding.values.length === 0) yield 'it has no values';
    if (!encoding.values.every(isFloat32)) yield 'its values must be finite';
    if (new Set(encoding.values.map(Math.fround)).size < encoding.values.length)
      yield 'a value is there twice';
  }
}

function* categoryProblems({ vocabulary, dimensions, embedding }: CategoryColumn): Problems {
  if (vocabulary.length === 0) yield 'the vocabulary is empty';
  if (vocabulary.includes(''))
    yield 'the vocabulary holds the empty string, which stands for a missing value';
  if (!vocabulary.every((entry) => entry.isWellFormed()))
    yield 'the vocabulary holds a string that is not Unicode';
  const seen = new Set<string>();
  const twice = vocabulary.find((entry) => seen.size === seen.add(entry).size);
  if (twice !== undefined) yield `the vocabulary holds "${twice}" twice`;
  if (!isSize(dimensions)) yield `dimensions must be a whole number above 0, not ${dimensions}`;
  yield* numbersProblems('embedding', embedding, (vocabulary.length + 1) * dimensions);
}

function* layersProblems({ inputs, layers }: ScoringGraph): Problems {
  if (layers.length === 0) yield 'it has no layers';
  let width = inputs.reduce((sum, column) => sum + widthOf(column), 0);
  for (const [i, layer] of layers.entries()) {
    yield* under(`layer ${i + 1}`, layerProblems(layer, width, i === layers.length - 1));
    width = layer.outputs;
  }
}

function* layerProblems(layer: DenseLayer, width: number, last: boolean): Problems {
  if (!isSize(layer.outputs)) yield `outputs must be a whole number above 0, not ${layer.outputs}`;
  if (layer.inputs !== width) yield `it takes ${layer.inputs} inputs, but ${width} come in`;
  yield* numbersProblems('weights', layer.weights, layer.inputs * layer.outputs);
  yield* numbersProblems('bias', layer.bias, layer.outputs);
  if (last && layer.outputs !== 1)
    yield `the last layer must have one output, the logit, not ${layer.outputs}`;
  if (last && layer.activation !== 'none') yield 'the last layer must have no activation';
}

function* numbersProblems(name: string, numbers: Float32Array, length: number): Problems {
  if (numbers.length !== length) yield `${name} must have ${length} numbers, not ${numbers.length}`;
  const at = numbers.findIndex((number) => !Number.isFinite(number));
  if (at >= 0) yield `${name}[${at}] is ${numbers[at]}`;
}

function* finite(numbers: Readonly<Record<string, number>>): Problems {
  for (const [name, number] of Object.entries(numbers)) {
    if (!isFloat32(number)) yield `${name} must be finite, not ${number}`;
  }
}

function* positive(numbers: Readonly<Record<string, number>>): Problems {
  for (const [name, number] of Object.entries(numbers)) {
    if (!isFloat32(number) || Math.fround(number) <= 0)
      yield `${name} must be finite and above 0, not ${number}`;
  }
}

function* under(where: string, problems: Problems): Problems {
  for (const problem of problems) yield `${where}: ${problem}`;
}

/** Finite, and still so once rounded to float32. */
function isFloat32(number: number): boolean {
  return Number.isFinite(Math.fround(number));
}

function isSize(number: number): boolean {
  return Number.isSafeInteger(number) && number > 0;
}
