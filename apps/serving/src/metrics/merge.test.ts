import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Family } from './family.ts';
import { counter, gauge, histogram } from './instruments.ts';
import { mergeFamilies, totals } from './merge.ts';

const process = (aggregator: Family['aggregator'], value: number): Family[] => [
  gauge({ name: 'a_gauge', help: 'A gauge.' }, aggregator, [{ labels: { model: 'm' }, value }]),
];

test.each([
  ['sum', 7],
  ['max', 4],
  ['min', 3],
  ['first', 3],
] as const)('a gauge of two processes is their %s where it says so', (aggregator, value) => {
  const merged = mergeFamilies([process(aggregator, 3), process(aggregator, 4)]);
  expect(merged).toEqual(process(aggregator, value));
});

test('what only one process has is there as it is, whatever order its labels have', () => {
  const one = gauge({ name: 'g', help: 'h' }, 'sum', [{ labels: { a: '1', b: '2' }, value: 1 }]);
  const other = gauge({ name: 'g', help: 'h' }, 'sum', [
    { labels: { b: '2', a: '1' }, value: 1 },
    { labels: { a: '1,b:2', b: '' }, value: 5 },
  ]);
  const [merged] = mergeFamilies([[], [one], [other]]);
  expect(merged!.values.map(({ value }) => value)).toEqual([2, 5]);
});

test('a histogram of several processes is that of all their values', () => {
  const declaration = { name: 'h', help: 'h', labelNames: ['m'], buckets: [1, 10, 100] };
  const values = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.integer({ min: 0, max: 200 })));
  fc.assert(
    fc.property(fc.array(values), (ofProcesses) => {
      const families = (all: readonly (readonly [string, number])[]) => {
        const own = histogram(declaration);
        for (const [label, value] of all) own.series(label).observe(value);
        return own.family();
      };
      const [merged] = mergeFamilies(ofProcesses.map((own) => [families(own)]));
      const byLabels = (family: Family | undefined) =>
        new Map(family?.values.map((one) => [`${one.metricName} ${JSON.stringify(one.labels)}`, one.value]));
      expect(byLabels(merged)).toEqual(
        byLabels(ofProcesses.length === 0 ? undefined : families(ofProcesses.flat())),
      );
    }),
  );
});

test('the latest exemplar of a bucket stays', () => {
  const sample = (traceId: string, timestamp: number) => ({
    labels: { le: 1 },
    value: 1,
    exemplar: { traceId, value: 0.5, timestamp },
  });
  const family = (...values: Family['values'][number][]): Family[] => [
    { name: 'h', help: 'h', type: 'histogram', aggregator: 'sum', values },
  ];
  const merged = mergeFamilies([
    family({ labels: { le: 1 }, value: 1 }),
    family(sample('newer', 2)),
    family(sample('older', 1)),
  ]);
  expect(merged[0]!.values).toEqual([{ ...sample('newer', 2), value: 3 }]);
});

test('what outlives a process is what it counted, not what it was', () => {
  const counted = counter({ name: 'c_total', help: 'c' });
  counted.series().add(1);
  expect(totals([...process('sum', 1), counted.family()])).toEqual([counted.family()]);
});
