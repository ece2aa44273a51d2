import { expect, test } from 'vitest';
import { counter, histogram } from './instruments.ts';

test('a series that was forgotten is not told any more, and begins anew at 0', () => {
  const counted = counter({ name: 'c_total', help: 'c', labelNames: ['model', 'version'] });
  const held = counted.series('m', '1');
  held.add(1);
  counted.series('m', '2').add(2);
  counted.forget(({ model, version }) => model === 'm' && version === '1');
  held.add(1);
  expect(counted.family().values).toEqual([{ labels: { model: 'm', version: '2' }, value: 2 }]);
  counted.series('m', '1').add(5);
  expect(counted.family().values).toContainEqual({ labels: { model: 'm', version: '1' }, value: 5 });
});

test('a value on the bound of a bucket is in it, and each bucket counts those below', () => {
  const sizes = histogram({ name: 'h', help: 'h', buckets: [1, 2] });
  for (const value of [0, 1, 1.5, 2, 2.1]) sizes.series().observe(value);
  expect(
    sizes.family().values.map(({ metricName, labels, value }) => [metricName, labels.le, value]),
  ).toEqual([
    ['h_bucket', 1, 2],
    ['h_bucket', 2, 4],
    ['h_bucket', '+Inf', 5],
    ['h_sum', undefined, 6.6],
    ['h_count', undefined, 5],
  ]);
});

test('a bucket has the exemplar that came last', () => {
  const times = histogram({ name: 'h', help: 'h', buckets: [1, 2] });
  times.series().observe(0.5, 'first');
  times.series().observe(0.6, 'second');
  times.series().observe(0.7);
  times.series().observe(9, 'slow');
  const exemplars = times
    .family()
    .values.map(({ exemplar }) => exemplar && [exemplar.traceId, exemplar.value]);
  expect(exemplars).toEqual([['second', 0.6], undefined, ['slow', 9], undefined, undefined]);
});

test('what is counted under the same labels is one series, and other labels are another', () => {
  const counted = counter({ name: 'c_total', help: 'c', labelNames: ['a', 'b'] });
  counted.series('x', 'y').add(1);
  counted.series('x', 'y').add(1);
  counted.series('xy', '').add(1);
  expect(counted.family().values.map(({ value }) => value)).toEqual([2, 1]);
});
