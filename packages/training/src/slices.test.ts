import { expect, it } from 'vitest';
import type { FeatureColumns } from './feature-columns.ts';
import { referenceProfile } from './reference-profile.ts';
import { sliceRows } from './slices.ts';

const minutes = (date: string) => Date.parse(`${date}Z`) / 60_000;

const rows: FeatureColumns = {
  rows: 4,
  ids: Int32Array.of(0, 1, 2, 3),
  times: Int32Array.of(
    minutes('2001-04-30T23:59'),
    minutes('2001-05-01T00:00'),
    minutes('2001-05-02'),
    minutes('2001-05-03'),
  ),
  labels: Uint8Array.of(0, 1, 0, 1),
  numbers: { minute: Float32Array.of(59, 60, 600, Number.NaN) },
  categories: { airport: { names: ['A', 'B', 'C'], indices: Int32Array.of(0, 1, 2, -1) } },
};

it('slices by bucket, by month, and by how common a category was in training', () => {
  const training: FeatureColumns = {
    ...rows,
    rows: 10,
    categories: { airport: { names: ['A', 'B', 'C'], indices: Int32Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1, 1) } },
  };
  const slices = sliceRows(
    {
      hour: { kind: 'bucket', column: 'minute', size: 60 },
      month: { kind: 'month' },
      size: { kind: 'frequency', column: 'airport', edges: [0.1, 0.5], names: ['small', 'medium', 'large'] },
    },
    rows,
    training,
  );
  const named = Object.fromEntries(
    slices.map(({ slice, names, of }) => [slice, Array.from(of, (index) => names[index])]),
  );
  expect(named).toEqual({
    hour: ['00', '01', '10', 'missing'],
    month: ['2001-04', '2001-05', '2001-05', '2001-05'],
    size: ['large', 'medium', 'small', 'small'],
  });
});

it('profiles every feature: bins of about equal counts, what is missing, and names by count', () => {
  const many: FeatureColumns = {
    ...rows,
    rows: 1001,
    numbers: {
      even: Float32Array.from({ length: 1001 }, (_, i) => (i === 1000 ? Number.NaN : i)),
      flat: new Float32Array(1001).fill(3),
    },
    categories: {
      airport: {
        names: ['A', 'B', 'unused'],
        indices: Int32Array.from({ length: 1001 }, (_, i) => (i % 4) - 1).map((i) => Math.min(i, 1)),
      },
    },
  };
  const { features, score } = referenceProfile(many, Float32Array.of(0.1, 0.2, 0.3));
  expect(features.even).toMatchObject({
    missing: 1,
    mean: expect.closeTo(499.5),
    counts: new Array(20).fill(50),
  });
  expect(features.flat).toMatchObject({ edges: [3], counts: [0, 1001], deviation: 0 });
  expect(features.airport).toEqual({ kind: 'category', missing: 251, counts: { A: 250, B: 500 } });
  expect(score.counts.reduce((sum, count) => sum + count, 0)).toBe(3);
});
