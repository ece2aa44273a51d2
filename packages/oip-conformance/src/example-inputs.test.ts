import { expect, test } from 'vitest';
import { datatypes } from './datatypes.ts';
import { exampleInputs } from './example-inputs.ts';
import { elementCount, rowsOf } from './tensor.ts';

const sizes = { rows: 3, others: 2 };

test('open dimensions get the same batch for all inputs, and small sizes', () => {
  const inputs = exampleInputs(
    [
      { name: 'a', datatype: 'FP32', shape: [-1, 4, -1] },
      { name: 'b', datatype: 'INT64', shape: [-1] },
      { name: 'c', datatype: 'BOOL', shape: [2, -1] },
    ],
    sizes,
  );
  expect(inputs.map(({ shape }) => shape)).toEqual([[3, 4, 2], [3], [2, 2]]);
});

test.each(Object.keys(datatypes))(
  '%s gets as many elements as its shape says, and rows that differ',
  (datatype) => {
    for (const shape of [[-1], [-1, 1], [-1, 2], [-1, 4], [-1, 5, 2]]) {
      const inputs = exampleInputs([{ name: 'x', datatype, shape }], sizes);
      const [input] = inputs;
      expect(input!.data).toHaveLength(elementCount(input!.shape));
      const [first, second] = rowsOf(inputs)!.map(([row]) => JSON.stringify(row!.data));
      expect(first).not.toBe(second);
    }
  },
);

test('inputs of one shape get different values, so that a mix-up shows', () => {
  const [a, b] = exampleInputs(
    [
      { name: 'a', datatype: 'INT32', shape: [-1, 2] },
      { name: 'b', datatype: 'INT32', shape: [-1, 2] },
    ],
    sizes,
  );
  expect(a!.data).not.toEqual(b!.data);
});
