import { expect, it } from 'vitest';
import { alertsIn, readRules } from '../rules.ts';
import { selectorsOf } from './selectors.ts';

it('metrics and matchers are left of an expression, and nothing else', () => {
  expect(
    selectorsOf(`
      max by (model, le) (label_replace(a_ratio{kind="shadow"}, "model", "$1", "endpoint", "(.+)")) > 0
        and on (model) group_left sum by (model) (rate(b_total[10m])) > 1e3
        unless absent(job:c:rate5m) and on () histogram_quantile(0.99, d_bucket{le="0.25", status=~"4xx|5xx"}) == 1`),
  ).toEqual(['a_ratio{kind="shadow"}', 'b_total', 'job:c:rate5m', 'd_bucket{le="0.25", status=~"4xx|5xx"}']);
});

it('every alert asks for some', () => {
  for (const { alert, expr } of alertsIn(readRules()))
    expect(selectorsOf(expr).length, alert).toBeGreaterThan(0);
});
