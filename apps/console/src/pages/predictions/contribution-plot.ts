// Contributions as bars to the left and to the right of nothing, the strongest on top.

import type { Contribution } from '@flightdeck/admin-api';
import type { EChartsCoreOption } from 'echarts/core';

/** "+0.42", "−1.30". */
export function signed(value: number, digits = 2): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return `${value < 0 ? '−' : '+'}${text}`;
}

const raises = '#c92a2a';
const lowers = '#1971c2';

export function contributionOption(contributions: readonly Contribution[]): EChartsCoreOption {
  const upwards = contributions.toReversed();
  // Room for the number beside the longest bar.
  const reach = 1.25 * Math.max(...contributions.map(({ contribution }) => Math.abs(contribution)));
  return {
    grid: { left: 8, right: 16, top: 8, bottom: 8, containLabel: true },
    tooltip: { trigger: 'item' },
    xAxis: {
      type: 'value',
      min: -reach,
      max: reach,
      splitNumber: 4,
      axisLabel: { hideOverlap: true, formatter: (at: number) => signed(at) },
    },
    yAxis: { type: 'category', data: upwards.map(({ feature }) => feature), axisTick: { show: false } },
    series: [
      {
        type: 'bar',
        data: upwards.map(({ contribution }) => ({
          value: contribution,
          itemStyle: { color: contribution < 0 ? lowers : raises },
          label: {
            show: true,
            position: contribution < 0 ? 'left' : 'right',
            formatter: signed(contribution),
          },
        })),
      },
    ],
  };
}
