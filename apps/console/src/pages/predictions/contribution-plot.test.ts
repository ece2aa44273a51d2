import { expect, it } from 'vitest';
import { contributionOption, signed } from './contribution-plot.ts';

it('says which way a contribution goes, and nothing of one that rounds to nothing', () => {
  expect([signed(0.416), signed(-1.3), signed(-0.001)]).toEqual(['+0.42', '−1.30', '0.00']);
});

it('puts the strongest on top, which is where an axis ends', () => {
  const one = (feature: string, contribution: number) => ({
    feature,
    value: 1,
    contribution,
    standardError: 0.1,
  });
  const { yAxis, series } = contributionOption([one('a', 2), one('b', -1)]) as unknown as {
    yAxis: { data: string[] };
    series: { data: { value: number }[] }[];
  };
  expect(yAxis.data).toEqual(['b', 'a']);
  expect(series[0]!.data.map(({ value }) => value)).toEqual([-1, 2]);
});
