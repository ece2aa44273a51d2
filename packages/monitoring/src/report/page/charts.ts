// The page's charts, as plain SVG: few marks, no script, described in words for who cannot see them.

import { type Html, html } from '@flightdeck/core';
import { count, percent, score } from '../figures.ts';
import type { Drift, Report } from '../report-schema.ts';

/** Stability index by feature, highest first, with the threshold as a dashed line. */
export function stabilityChart(features: readonly Drift[], threshold: number): Html {
  const known = features.filter(({ item }) => item.effect.value !== null);
  const sorted = known.toSorted((a, b) => b.item.effect.value! - a.item.effect.value!);
  const most = Math.max(1.25 * threshold, ...sorted.map(({ item }) => item.effect.value!));
  const [left, width, step] = [200, 560, 24];
  const x = (value: number) => Math.round((left + (width * Math.max(0, value)) / most) * 10) / 10;
  const height = sorted.length * step + 22;
  const bars = sorted.map(({ feature, item }, row) => {
    const value = item.effect.value!;
    const y = row * step;
    return html`<text x="${left - 8}" y="${y + 16}" text-anchor="end">${feature}</text>
<rect x="${left}" y="${y + 5}" width="${Math.max(1, x(value) - left)}" height="${step - 10}" rx="2" style="fill: var(--${colourOf(item.verdict)})"><title>${item.message}</title></rect>
<text x="${x(value) + 6}" y="${y + 16}">${value.toFixed(3).replace('-0.000', '0.000')}</text>`;
  });
  return html`<svg viewBox="0 0 ${left + width + 60} ${height}" role="img" aria-label="${describe(sorted, threshold)}">
${bars}
<line class="limit" x1="${x(threshold)}" x2="${x(threshold)}" y1="0" y2="${height - 18}"/>
<text x="${x(threshold)}" y="${height - 4}" text-anchor="middle">threshold ${threshold}</text>
</svg>`;
}

function colourOf(verdict: Drift['item']['verdict']): string {
  return verdict === 'ok' ? 'window' : verdict;
}

function describe(sorted: readonly Drift[], threshold: number): string {
  const [first] = sorted;
  if (!first) return 'No feature could be compared.';
  const over = sorted.filter(({ item }) => item.effect.value! >= threshold).length;
  return `Stability index of ${sorted.length} features: ${over} at or above ${threshold}, the highest is ${score(first.item.effect.value)} of ${first.feature}.`;
}

/** The window's shares as columns, training's as outlines. */
export function binsChart({ feature, kind, bins }: Drift): Html {
  const most = Math.max(...bins.map(({ reference, window }) => Math.max(reference, window)));
  const [width, height, foot] = [280, 110, 18];
  const step = width / bins.length;
  const tall = (share: number) => Math.round(((height * share) / most) * 10) / 10;
  const columns = bins.map((bin, i) => {
    const [x, w] = [(i * step + step * 0.1).toFixed(1), (step * 0.8).toFixed(1)];
    return html`<g><title>${bin.label}: ${percent(bin.window)}, in training ${percent(bin.reference)}</title>
<rect class="of-window" x="${x}" width="${w}" y="${height - tall(bin.window)}" height="${tall(bin.window)}" opacity="0.75"/>
<rect class="of-training" x="${x}" width="${w}" y="${height - tall(bin.reference)}" height="${tall(bin.reference)}"/></g>`;
  });
  const [first, last] = [bins[0]!.label, bins.at(-1)!.label];
  return html`<svg viewBox="0 -2 ${width} ${height + foot + 2}" role="img" aria-label="Shares of ${feature} in ${bins.length} bins, in this window and in training">
${columns}
<line class="axis" x1="0" x2="${width}" y1="${height}" y2="${height}"/>
<text x="0" y="${height + 14}">${first}</text>
<text x="${width}" y="${height + 14}" text-anchor="end">${kind === 'category' ? '' : last}</text>
</svg>`;
}

/** Observed share of positives against mean score; the larger a dot, the more rows. */
export function calibrationChart({ calibration, rows }: Report['quality']): Html {
  const [size, left, foot] = [240, 46, 34];
  const most = Math.min(
    1,
    Math.ceil(Math.max(0.1, ...calibration.flatMap((bin) => [bin.predicted, bin.observed])) * 10) / 10,
  );
  const at = (share: number) => Math.round(((size * share) / most) * 10) / 10;
  const dots = calibration.map((bin) => {
    const radius = (2.5 + 9 * Math.sqrt(bin.rows / rows)).toFixed(1);
    return html`<circle class="of-window" cx="${left + at(bin.predicted)}" cy="${size - at(bin.observed)}" r="${radius}" opacity="0.8"><title>${count(bin.rows)} rows: predicted ${percent(bin.predicted)}, observed ${percent(bin.observed)}</title></circle>`;
  });
  return html`<svg viewBox="-2 -12 ${left + size + 16} ${size + foot + 12}" role="img" aria-label="Observed share of positives against predicted probability in ${calibration.length} bins">
<path class="axis" d="M${left} 0V${size}H${left + size}"/>
<line class="perfect" x1="${left}" y1="${size}" x2="${left + size}" y2="0"/>
${dots}
<text x="${left - 6}" y="4" text-anchor="end">${Math.round(most * 100)} %</text>
<text x="${left - 6}" y="${size}" text-anchor="end">0</text>
<text x="${left + size}" y="${size + 15}" text-anchor="end">${Math.round(most * 100)} %</text>
<text x="${left + size / 2}" y="${size + 30}" text-anchor="middle">predicted probability</text>
<text transform="translate(${left - 8} ${size / 2}) rotate(-90)" text-anchor="middle">observed share</text>
</svg>`;
}
