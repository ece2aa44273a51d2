// Makes inputs for a model of which only the metadata is known: small values, the same batch for all inputs, short texts.

import type { Element } from './datatypes.ts';
import type { TensorMetadata } from './protocol-schemas.ts';
import { elementCount, type InputTensor } from './tensor.ts';

/** Sizes for what the metadata leaves open: the first dimension, and all the others, which may depend on one another. */
interface OpenSizes {
  readonly rows: number;
  readonly others: number;
}

/** Tried in this order until the model takes one. Three rows tell rows apart; pictures want larger dimensions. */
export const triedSizes: readonly OpenSizes[] = [
  { rows: 3, others: 2 },
  { rows: 3, others: 1 },
  { rows: 3, others: 8 },
  { rows: 1, others: 1 },
  { rows: 1, others: 8 },
  { rows: 1, others: 64 },
  { rows: 1, others: 224 },
];

export function exampleInputs(inputs: readonly TensorMetadata[], sizes: OpenSizes): readonly InputTensor[] {
  const shapes = exampleShapes(inputs, sizes);
  return inputs.map(({ name, datatype }, position) => {
    const shape = shapes[position]!;
    return { name, datatype, shape, data: exampleData(datatype, shape, position) };
  });
}

export function exampleShapes(
  inputs: readonly TensorMetadata[],
  { rows, others }: OpenSizes,
): readonly (readonly number[])[] {
  return inputs.map(({ shape }) =>
    shape.map((size, axis) => {
      if (size >= 0) return size;
      return axis === 0 ? rows : others;
    }),
  );
}

/**
 * Every row differs from the next, and every input from the others, so that a mix-up shows. The values are few and small, because
 * an integer may be an index into a short table.
 */
function exampleData(datatype: string, shape: readonly number[], position: number): readonly Element[] {
  const count = elementCount(shape);
  const width = count / (shape[0] || 1);
  return Array.from({ length: count }, (_, i) =>
    exampleElement(datatype, (Math.floor(i / width) + (i % width) + position) % 4),
  );
}

const texts = ['a', 'bc', 'def', 'ghij'];

function exampleElement(datatype: string, step: number): Element {
  if (datatype === 'BOOL') return step % 2 === 1;
  if (datatype === 'BYTES') return texts[step]!;
  return /^(FP|BF)/.test(datatype) ? 0.25 + step * 0.5 : step;
}
