import { describe, expect, it } from 'vitest';
import type { FeatureColumns } from './feature-columns.ts';
import type { NetworkDefinition } from './network-definition.ts';
import { encodeRows, fitPreprocessing } from './preprocessing.ts';

const NaN_ = Number.NaN;

function columns(changes: Partial<FeatureColumns> = {}): FeatureColumns {
  return {
    rows: 5,
    ids: Int32Array.of(0, 1, 2, 3, 4),
    times: new Int32Array(5),
    labels: Uint8Array.of(0, 1, 0, 1, 0),
    numbers: {
      x: Float32Array.of(1, 2, 3, 4, NaN_),
      hour: Float32Array.of(0, 6, 12, 18, 24),
      day: Float32Array.of(1, 2, 3, 1, 9),
    },
    categories: { airport: { names: ['AAA', 'BBB', 'RARE'], indices: Int32Array.of(0, 0, 1, 1, 2) } },
    ...changes,
  };
}

function network(inputs: NetworkDefinition['inputs']): NetworkDefinition {
  const learningRate = { peak: 0.1, warmup: 0, floor: 0 };
  return { inputs, hidden: [], dropout: 0, l2: 0, batchSize: 2, epochs: 1, patience: 1, learningRate };
}

const standard = { kind: 'standard', log1p: false, clip: 6 } as const;
const x = { x: { kind: 'number', encodings: [standard] } } as const;

describe('fitting refuses', () => {
  it('an input that is no feature, by name', () => {
    expect(() => fitPreprocessing(network({ y: x.x }), columns())).toThrow(/takes the number "y"/);
    const airport = { kind: 'embedding', dimensions: 2, minimumRows: 1 } as const;
    expect(() => fitPreprocessing(network({ city: airport }), columns())).toThrow(/embeds "city"/);
  });

  it('a category whose every name is rare', () => {
    const airport = { kind: 'embedding', dimensions: 2, minimumRows: 3 } as const;
    expect(() => fitPreprocessing(network({ airport }), columns())).toThrow(
      /No airport is in 3 of the 5 training rows/,
    );
  });

  it('a feature that has no value at all', () => {
    const empty = columns({ numbers: { x: new Float32Array(5).fill(NaN_) } });
    expect(() => fitPreprocessing(network(x), empty)).toThrow(/feature x has no value/);
  });
});

describe('numbers', () => {
  it('are standardised by the training rows, and what is missing lands on their mean', () => {
    const [fitted] = fitPreprocessing(network(x), columns());
    const deviation = Math.sqrt(1.25);
    expect(fitted).toMatchObject({ missing: 2.5, encodings: [{ mean: 2.5, scale: Math.fround(deviation) }] });
    const { numbers } = encodeRows([fitted!], columns());
    expect([...numbers].map((value) => value * deviation + 2.5)).toEqual(
      [1, 2, 3, 4, 2.5].map((value) => expect.closeTo(value, 5)),
    );
  });

  it('are clipped, infinity too', () => {
    const fitted = fitPreprocessing(
      network({ x: { kind: 'number', encodings: [{ ...standard, clip: 2 }] } }),
      columns(),
    );
    const wild = columns({ rows: 3, numbers: { x: Float32Array.of(1e9, -1e9, Number.POSITIVE_INFINITY) } });
    expect([...encodeRows(fitted, wild).numbers]).toEqual([2, -2, 2]);
  });

  it('take logarithms of counts, and count what is below zero as zero', () => {
    const log = { x: { kind: 'number', encodings: [{ ...standard, log1p: true }] } } as const;
    const fitted = fitPreprocessing(network(log), columns());
    const zero = columns({ rows: 2, numbers: { x: Float32Array.of(0, -5) } });
    const [atZero, below] = encodeRows(fitted, zero).numbers;
    expect(below).toBe(atZero);
  });

  it('that never vary are encoded as zero, not as NaN', () => {
    const flat = columns({ numbers: { x: new Float32Array(5).fill(7) } });
    expect([...encodeRows(fitPreprocessing(network(x), flat), flat).numbers]).toEqual([0, 0, 0, 0, 0]);
  });

  it('can go round in a circle: 24:00 is 00:00', () => {
    const fitted = fitPreprocessing(
      network({ hour: { kind: 'number', encodings: [{ kind: 'cyclic', period: 24 }] } }),
      columns(),
    );
    const { numbers, width } = encodeRows(fitted, columns());
    expect(width).toBe(2);
    const [sine, cosine] = [numbers.filter((_, i) => i % 2 === 0), numbers.filter((_, i) => i % 2 === 1)];
    expect([...sine]).toEqual([0, 1, 0, -1, 0].map((value) => expect.closeTo(value, 5)));
    expect([...cosine]).toEqual([1, 0, -1, 0, 1].map((value) => expect.closeTo(value, 5)));
  });

  it('can stand for classes, and a class that is not declared is none of them', () => {
    const fitted = fitPreprocessing(
      network({ day: { kind: 'number', encodings: [{ kind: 'one-hot', values: [1, 2, 3] }] } }),
      columns(),
    );
    expect([...encodeRows(fitted, columns()).numbers]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]);
  });
});

describe('categories', () => {
  const airport = { airport: { kind: 'embedding', dimensions: 2, minimumRows: 2 } } as const;

  it('that are rare share the row for unknown names, so that this row is trained', () => {
    const fitted = fitPreprocessing(network(airport), columns());
    expect(fitted).toMatchObject([{ vocabulary: ['AAA', 'BBB'] }]);
    expect([...encodeRows(fitted, columns()).categories[0]!]).toEqual([1, 1, 2, 2, 0]);
  });

  it('that are missing or new are unknown', () => {
    const fitted = fitPreprocessing(network(airport), columns());
    const later = columns({
      rows: 3,
      categories: { airport: { names: ['AAA', 'NEW'], indices: Int32Array.of(1, -1, 0) } },
    });
    expect([...encodeRows(fitted, later).categories[0]!]).toEqual([0, 0, 1]);
  });
});
