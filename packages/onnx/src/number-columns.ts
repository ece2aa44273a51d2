// Number columns to network inputs, for all columns at once: a matrix with a row a prediction and a column an encoding goes
// through each step in one node. Nodes of its own for every column would be easier to write, and a run of one row would take
// twice as long, because a node costs half a microsecond before it computes anything (bench/graph.ts measures both).

import { concat, type GraphBuilder, integer, type Value } from './graph-builder.ts';
import { type Placed, type Slot, type Slots, type Standard, slotsOf } from './number-slots.ts';
import { DataType } from './onnx-messages_pb.ts';
import { cyclicLimit, type NumberColumn } from './scoring-graph.ts';

/** Some of the network's inputs, side by side in one value of shape [rows, positions.length]. */
export interface Block {
  readonly value: Value;
  /** For each of the value's columns, its position in the network's input vector. */
  readonly positions: readonly number[];
}

const largestFloat32 = 3.4028234663852886e38;

/**
 * Adds the nodes that encode `columns`, as ScoringGraph's docstring says. Encodings of one kind come to stand together, so
 * the blocks' columns are a permutation of the network's inputs; `positions` says which.
 */
export function encodeNumbers(graph: GraphBuilder, columns: readonly Placed<NumberColumn>[]): Block[] {
  const slots = slotsOf(columns);
  const { plain, logged, cyclic, choices } = split(graph, fillMissing(graph, slots), slots);
  const standard = [...(plain ? [plain] : []), ...(logged ? [log1p(graph, logged)] : [])];
  return [
    ...(standard.length > 0 ? standardise(graph, [...slots.plain, ...slots.logged], standard) : []),
    ...(cyclic ? turn(graph, slots.cyclic, cyclic) : []),
    ...(choices ? choose(graph, slots.choices, choices) : []),
  ];
}

/** One comparison finds NaN, and infinity where that counts as missing: |x| <= limit is false for both. */
function fillMissing(graph: GraphBuilder, { plain, logged, cyclic, choices }: Slots): Value {
  const slots = [...plain, ...logged, ...cyclic, ...choices];
  const limits = [
    ...[...plain, ...logged].map(() => Number.POSITIVE_INFINITY),
    ...cyclic.map(() => cyclicLimit),
    ...choices.map(() => largestFloat32),
  ];
  const limit = graph.floats('limit', limits, [1, limits.length]);
  const missing = row(graph, 'missing', slots, (slot) => slot.column.missing);
  const names = slots.map((slot) => slot.column.name);
  const raw = concat(graph, names, 'raw');
  const size = graph.node('Abs', [raw], 'size');
  const present = graph.node('LessOrEqual', [size, limit], 'present');
  return graph.node('Where', [present, raw, missing], 'filled');
}

function split(graph: GraphBuilder, matrix: Value, slots: Slots): { readonly [Kind in keyof Slots]?: Value } {
  const used = Object.entries(slots).filter(([, group]) => group.length > 0);
  const kinds = used.map(([kind]) => kind);
  if (kinds.length === 1) return { [kinds[0]!]: matrix };
  const sizes = used.map(([, group]) => group.length);
  const inputs = [matrix, graph.integers('widths', sizes)];
  const values = graph.nodes('Split', inputs, kinds, { attributes: [integer('axis', 1)] });
  return Object.fromEntries(kinds.map((kind, i) => [kind, values[i]!]));
}

/** log(1 + max(x, 0)); ONNX has no operator for it. */
function log1p(graph: GraphBuilder, x: Value): Value {
  const positive = graph.node('Relu', [x], 'positive');
  const oneMore = graph.node('Add', [positive, graph.floats('one', [1], [1, 1])], 'one-more');
  return graph.node('Log', [oneMore], 'log1p');
}

/** (x - mean) / scale, clipped; not by ONNX's Clip, which takes scalars, because columns may differ in their edges. */
function standardise(
  graph: GraphBuilder,
  slots: readonly Slot<Standard>[],
  values: readonly Value[],
): Block[] {
  const mean = row(graph, 'mean', slots, (slot) => slot.detail.mean);
  const scale = row(graph, 'scale', slots, (slot) => slot.detail.scale);
  const low = row(graph, 'low', slots, (slot) => -slot.detail.clip);
  const high = row(graph, 'high', slots, (slot) => slot.detail.clip);
  const centred = graph.node('Sub', [concat(graph, values, 'standard'), mean], 'centred');
  const scaled = graph.node('Div', [centred, scale], 'scaled');
  const floored = graph.node('Max', [scaled, low], 'floored');
  return [block(slots, graph.node('Min', [floored, high], 'clipped'))];
}

/** The point on the unit circle that x reaches when one period is one turn. */
function turn(graph: GraphBuilder, slots: readonly Slot<number>[], x: Value): Block[] {
  const turns = row(graph, 'turns', slots, (slot) => (2 * Math.PI) / slot.detail);
  const angle = graph.node('Mul', [x, turns], 'angle');
  const sin = graph.node('Sin', [angle], 'sin');
  const cos = graph.node('Cos', [angle], 'cos');
  return [block(slots, sin), block(slots, cos, 1)];
}

function choose(graph: GraphBuilder, slots: readonly Slot<number>[], x: Value): Block[] {
  const values = row(graph, 'values', slots, (slot) => slot.detail);
  const equal = graph.node('Equal', [x, values], 'equal');
  return [
    block(slots, graph.node('Cast', [equal], 'chosen', { attributes: [integer('to', DataType.FLOAT)] })),
  ];
}

/** A constant with one number a column of the matrix. */
function row<S extends Slot>(
  graph: GraphBuilder,
  name: string,
  slots: readonly S[],
  of: (slot: S) => number,
) {
  return graph.floats(name, slots.map(of), [1, slots.length]);
}

function block(slots: readonly Slot[], value: Value, offset = 0): Block {
  return { value, positions: slots.map((slot) => slot.position + offset) };
}
