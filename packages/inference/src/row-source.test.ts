import {
  elementCount,
  type TensorInfo,
  type TensorType,
  type TensorValue,
  tensorData,
} from '@flightdeck/onnx';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tensorRows } from './row-source.ts';
import { cutRows, joinRows } from './tensor-rows.ts';

/** A tensor of so many rows, each element of which is its place. */
const numbered = (type: TensorType, dims: readonly number[]): TensorValue => {
  const data = tensorData(type, elementCount(dims));
  const values = Array.from({ length: data.length }, (_, i) =>
    type === 'string' ? `${i}` : type === 'int64' ? BigInt(i) : i,
  );
  return { type, dims, data: Object.assign(data, values) };
};

const anyType = fc.constantFrom<TensorType>('float32', 'int64', 'string', 'uint16');
// Wide rows are copied in another way than narrow ones.
const anyRowShape = fc.oneof(
  fc.constant([1]),
  fc.constant([]),
  fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 3 }),
);

test('rows land where they should, whatever their type and width, and nowhere else', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ type: anyType, rowShape: anyRowShape }), { minLength: 1, maxLength: 3 }),
      fc.record({
        rows: fc.integer({ min: 1, max: 12 }),
        from: fc.nat(11),
        count: fc.nat(11),
        at: fc.nat(5),
      }),
      (columns, { rows, from, count, at }) => {
        const [first, end] = [Math.min(from, rows - 1), Math.min(rows, from + count + 1)];
        const inputs: TensorInfo[] = columns.map(({ type, rowShape }, i) => ({
          name: `${i}`,
          type,
          shape: ['rows', ...rowShape],
        }));
        const feeds = Object.fromEntries(
          inputs.map(({ name, type }, i) => [name, numbered(type, [rows, ...columns[i]!.rowShape])]),
        );
        const source = tensorRows(inputs, feeds);
        expect(source.rows).toBe(rows);
        expect(Object.values(source.rowShapes)).toEqual(columns.map(({ rowShape }) => rowShape));
        const batch = Object.fromEntries(
          inputs.map(({ name, type }, i) => [
            name,
            tensorData(type, (at + rows + 1) * elementCount(columns[i]!.rowShape)),
          ]),
        );
        source.copy(first, end, batch, at);
        inputs.forEach(({ name, type }, i) => {
          const width = elementCount(columns[i]!.rowShape);
          const expected = tensorData(type, batch[name]!.length);
          const own = Array.from<unknown>(feeds[name]!.data).slice(first * width, end * width);
          Object.assign(expected, Object.fromEntries(own.map((value, n) => [at * width + n, value])));
          expect(batch[name]).toEqual(expected);
        });
      },
    ),
  );
});

test('what is cut into pieces of rows and joined again is the same', () => {
  fc.assert(
    fc.property(
      anyType,
      anyRowShape,
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }),
      (type, rowShape, sizes) => {
        const whole = numbered(type, [sizes.reduce((sum, size) => sum + size, 0), ...rowShape]);
        const ends = sizes.map((_, i) => sizes.slice(0, i + 1).reduce((sum, size) => sum + size, 0));
        const pieces = ends.map((end, i) => cutRows(whole, end - sizes[i]!, end));
        expect(pieces.map(({ dims }) => dims)).toEqual(sizes.map((size) => [size, ...rowShape]));
        expect(joinRows(pieces)).toEqual(whole);
      },
    ),
  );
});

test('pieces that differ behind their first dimension are not joined', () => {
  expect(joinRows([numbered('float32', [2, 3]), numbered('float32', [3, 2])])).toBeUndefined();
});
