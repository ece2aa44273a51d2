// Marks that ECharts has no series for: the interval of a point as a whisker, and columns that stand on a number axis.

import type { CustomSeriesOption } from 'echarts';
import { type Colour, palette } from './palette.ts';

/** One whisker from low to high at x, which is a number or the index of a category. */
export type Whisker = readonly [x: number, low: number, high: number];

export function whiskers(data: readonly Whisker[], colour: Colour): CustomSeriesOption {
  const style = { stroke: palette[colour].light, lineWidth: 1.5, fill: 'none' };
  const end = 4;
  return {
    type: 'custom',
    silent: true,
    data: data.map(([x, low, high]) => [x, low, high]),
    encode: { x: 0, y: [1, 2] },
    renderItem(_parameters, api) {
      const [x = 0, low = 0] = api.coord([api.value(0), api.value(1)]);
      const [, high = 0] = api.coord([api.value(0), api.value(2)]);
      const segment = (x1: number, y1: number, x2: number, y2: number) =>
        ({ type: 'line', shape: { x1, y1, x2, y2 }, style }) as const;
      return {
        type: 'group',
        children: [
          segment(x, low, x, high),
          segment(x - end, low, x + end, low),
          segment(x - end, high, x + end, high),
        ],
      };
    },
  };
}

const columnWidth = 11;

/** Columns from `base` to y at the number x. A bar series would stretch the number axis to make room for its outer halves. */
export function columns(
  data: readonly (readonly [x: number, y: number])[],
  base: number,
  colour: Colour,
): CustomSeriesOption {
  return {
    type: 'custom',
    silent: true,
    data: data.map(([x, y]) => [x, y]),
    renderItem(_parameters, api) {
      const [x = 0, top = 0] = api.coord([api.value(0), api.value(1)]);
      const [, bottom = 0] = api.coord([api.value(0), base]);
      return {
        type: 'rect',
        shape: { x: x - columnWidth / 2, y: top, width: columnWidth, height: bottom - top },
        style: { fill: palette[colour].light, opacity: 0.55 },
      };
    },
  };
}
