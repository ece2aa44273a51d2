// A chart as a figure: drawn by ECharts on this side, so that the page needs no script, and described for who cannot see it.

import { type Html, html } from '@flightdeck/core';
import { type EChartsOption, init } from 'echarts';
import { type Colour, palette, themed } from './palette.ts';

export interface Chart {
  readonly title: string;
  /** What the chart shows, in a sentence with its numbers. */
  readonly description: string;
  readonly legend?: readonly LegendEntry[];
  readonly width: number;
  readonly height: number;
  readonly option: EChartsOption;
}

export interface LegendEntry {
  readonly colour: Colour;
  readonly mark: 'solid' | 'dashed' | 'dotted' | 'dot' | 'diamond' | 'bar';
  readonly text: string;
}

/** Two of this size fit beside each other on a screen, and one on a phone. */
export const half = { width: 430, height: 310 };
export const whole = { width: 900, height: 330 };

export const font = { fontFamily: 'system-ui, -apple-system, sans-serif', fontSize: 12.5 };

export function figure({ title, description, legend = [], width, height, option }: Chart): Html {
  const wide = width > half.width ? 'wide' : '';
  return html`<figure class="${wide}">
<figcaption><h3>${title}</h3>${legend.length === 0 ? null : html`<ul class="legend">${legend.map(legendEntry)}</ul>`}</figcaption>
<div class="plot">${draw(option, width, height, description)}</div>
</figure>`;
}

function legendEntry({ colour, mark, text }: LegendEntry): Html {
  return html`<li><span class="mark ${mark}" style="--mark: var(--${colour})"></span>${text}</li>`;
}

function draw(option: EChartsOption, width: number, height: number, description: string): Html {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption({ animation: false, textStyle: font, ...option });
  const svg = chart.renderToSVGString({ useViewBox: true });
  chart.dispose();
  const label = html`<svg role="img" aria-label="${description}"`;
  return { html: themed(still(svg)).replace('<svg', label.html) };
}

/** One of two charts above each other, whose axes have to be in line: ECharts must not shift either to make room for its labels. */
export const pane = { left: 62, right: 14, outerBoundsMode: 'none' as const };

/** Without what ECharts adds for a page that reacts to the pointer, which this one does not. */
function still(svg: string): string {
  return svg
    .replace(/<style[\s\S]*?<\/style>/g, '')
    .replace(/ (?:ecmeta_\w+|class|pointer-events)="[^"]*"/g, '');
}

interface AxisOptions {
  readonly name: string;
  readonly min?: number;
  readonly max?: number;
  readonly gap?: number;
}

/** A number axis with thin lines, its name beside it. */
export function numberAxis({ name, min, max, gap = 28 }: AxisOptions) {
  return {
    type: 'value' as const,
    name,
    nameLocation: 'middle' as const,
    nameGap: gap,
    nameTextStyle: { color: palette.muted.light, ...font },
    axisLabel: { color: palette.muted.light, ...font },
    axisLine: { show: true, lineStyle: { color: palette.line.light } },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: palette.line.light } },
    scale: true,
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  };
}

export interface LineOptions {
  readonly colour: Colour;
  readonly style?: 'solid' | 'dashed' | 'dotted';
  readonly width?: number;
  /** Draws a dot at each point. */
  readonly dots?: boolean;
}

export function line(data: readonly (readonly [number, number])[], options: LineOptions) {
  const { colour, style = 'solid', width = 2, dots = false } = options;
  const color = palette[colour].light;
  return {
    type: 'line' as const,
    silent: true,
    showSymbol: dots,
    symbol: 'circle',
    symbolSize: 7,
    data: data.map(([x, y]) => [x, y]),
    lineStyle: { color, width, type: style },
    itemStyle: { color },
  };
}
