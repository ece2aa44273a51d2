import { describe, expect, test } from 'vitest';
import { contentTypes, preferredFormat, writeExposition } from './exposition.ts';
import type { Family } from './family.ts';
import { counter, gauge, histogram } from './instruments.ts';
import { readOpenMetrics } from './open-metrics.fixture.ts';

describe('the format is', () => {
  const prometheus2 =
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
  const prometheus3 =
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';
  test.each([
    ['text', 'of who says nothing', undefined],
    ['text', 'of curl', '*/*'],
    ['text', 'of a browser', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'],
    ['text', 'of an old Prometheus', 'text/plain;version=0.0.4;q=1,*/*;q=0.1'],
    ['text', 'for a version of OpenMetrics that is not ours', 'application/openmetrics-text;version=2.0.0'],
    ['text', 'where it is preferred', 'application/openmetrics-text;q=0.3, text/plain;q=0.5'],
    ['text', 'where OpenMetrics is ruled out', 'application/openmetrics-text;q=0'],
    ['text', 'for nonsense', ';;,=;q=,application/openmetrics-text;q=x'],
    ['openmetrics', 'for whoever asks', 'application/openmetrics-text'],
    ['openmetrics', 'for Prometheus 2', prometheus2],
    ['openmetrics', 'for Prometheus 3', prometheus3],
    [
      'openmetrics',
      'in any case and spacing',
      ' Application/OpenMetrics-Text ; Version=1.0.0 ; Q=1 , text/plain',
    ],
  ] as const)('%s %s', (format, _whose, accept) => {
    expect(preferredFormat(accept)).toBe(format);
  });
});

function sampleFamilies(): Family[] {
  const requests = counter({ name: 'requests_total', help: 'Say "hi"\\\nor not.', labelNames: ['path'] });
  requests.series('a"b\\c\nd').add(3);
  const sizes = histogram({ name: 'size_rows', help: 'Rows.', buckets: [1, 2.5] });
  sizes.series().observe(1);
  sizes.series().observe(2, '4bf92f3577b34da6a3ce929d0e0e4736');
  sizes.series().observe(9, 'ffffffffffffffffffffffffffffffff');
  const temperature = gauge({ name: 'temperature_celsius', help: 'It.' }, 'max', [
    { labels: {}, value: Number.NEGATIVE_INFINITY },
    { labels: { where: 'inside' }, value: Number.NaN },
  ]);
  return [requests.family(), sizes.family(), temperature];
}

test('the text format has counters by their whole name, and no exemplars', () => {
  expect(contentTypes.text).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(writeExposition(sampleFamilies(), 'text').split('\n')).toEqual([
    '# HELP requests_total Say "hi"\\\\\\nor not.',
    '# TYPE requests_total counter',
    'requests_total{path="a\\"b\\\\c\\nd"} 3',
    '# HELP size_rows Rows.',
    '# TYPE size_rows histogram',
    'size_rows_bucket{le="1.0"} 1',
    'size_rows_bucket{le="2.5"} 2',
    'size_rows_bucket{le="+Inf"} 3',
    'size_rows_sum 12',
    'size_rows_count 3',
    '# HELP temperature_celsius It.',
    '# TYPE temperature_celsius gauge',
    'temperature_celsius -Inf',
    'temperature_celsius{where="inside"} NaN',
    '',
  ]);
});

test('OpenMetrics has counters by their short name, exemplars on the buckets, and an end', () => {
  const text = writeExposition(sampleFamilies(), 'openmetrics');
  const families = readOpenMetrics(text);
  expect([...families.keys()]).toEqual(['requests', 'size_rows', 'temperature_celsius']);
  expect(families.get('requests')).toMatchObject({
    type: 'counter',
    samples: [{ name: 'requests_total', value: 3 }],
  });
  expect(text).toContain('# HELP requests Say \\"hi\\"\\\\\\nor not.\n');
  expect(text).toMatch(
    /^size_rows_bucket\{le="2\.5"\} 2 # \{trace_id="4bf92f3577b34da6a3ce929d0e0e4736"\} 2 \d{10}(\.\d+)?$/m,
  );
});

test('writing one format does not change the other', () => {
  const families = sampleFamilies();
  const before = writeExposition(families, 'text');
  writeExposition(families, 'openmetrics');
  expect(writeExposition(families, 'text')).toBe(before);
});

// A reader that accepts everything would prove nothing.
test.each([
  ['has no end', '# HELP a b\n# TYPE a gauge\na 1\n'],
  ['has an empty line', '# HELP a b\n# TYPE a gauge\n\na 1\n# EOF\n'],
  ['names a counter by its sample', '# HELP a_total b\n# TYPE a_total counter\na_total 1\n# EOF\n'],
  ['has a quote in a help text', '# HELP a "b"\n# TYPE a gauge\na 1\n# EOF\n'],
  ['has an exemplar on a gauge', '# HELP a b\n# TYPE a gauge\na 1 # {x="y"} 1\n# EOF\n'],
  [
    'has a histogram without +Inf',
    '# HELP a b\n# TYPE a histogram\na_bucket{le="1.0"} 1\na_count 1\na_sum 1\n# EOF\n',
  ],
  ['has a series twice', '# HELP a b\n# TYPE a gauge\na 1\na 1\n# EOF\n'],
])('the reader refuses a text that %s', (_what, text) => {
  expect(() => readOpenMetrics(text)).toThrow();
});
