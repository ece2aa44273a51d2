// Metrics as text, in the two formats that Prometheus asks for: its own (0.0.4), and OpenMetrics 1.0, which can hold exemplars.
// prom-client writes both too, but renames its counters for good once it has written OpenMetrics.

import type { Exemplar, Family, Sample } from './family.ts';

export type ExpositionFormat = 'text' | 'openmetrics';

export const contentTypes: Readonly<Record<ExpositionFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/**
 * The format that an Accept header prefers (RFC 9110, 12.5.1). Text unless OpenMetrics is asked for by name: whoever takes
 * anything, a browser or curl, gets what people read.
 */
export function preferredFormat(accept: string | undefined): ExpositionFormat {
  const ranges = (accept ?? '').split(',').map(parseRange);
  const quality = (types: readonly string[], version: string) =>
    Math.max(
      0,
      ...ranges
        .filter((range) => types.includes(range.type) && [undefined, version].includes(range.version))
        .map((range) => range.quality),
    );
  const openMetrics = quality(['application/openmetrics-text'], '1.0.0');
  return openMetrics > 0 && openMetrics >= quality(['text/plain'], '0.0.4') ? 'openmetrics' : 'text';
}

export function writeExposition(families: readonly Family[], format: ExpositionFormat): string {
  const lines = families.flatMap((family) => familyLines(family, format));
  if (format === 'openmetrics') lines.push('# EOF');
  return `${lines.join('\n')}\n`;
}

function parseRange(text: string) {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const given = new Map(parameters.map((parameter) => parameter.split('=') as [string, string | undefined]));
  const quality = Number(given.get('q') ?? 1);
  return { type, version: given.get('version'), quality: quality >= 0 ? quality : 0 };
}

/** In OpenMetrics a counter is called `x` and its sample `x_total`; in the older format both are `x_total`. */
function familyLines({ name, help, type, values }: Family, format: ExpositionFormat): string[] {
  const isOpenMetrics = format === 'openmetrics';
  const family = isOpenMetrics && type === 'counter' ? name.replace(/_total$/, '') : name;
  const text = isOpenMetrics ? escaped(help).replaceAll('"', '\\"') : escaped(help);
  return [
    `# HELP ${family} ${text}`,
    `# TYPE ${family} ${type}`,
    ...values.map((sample) => sampleLine(name, sample, isOpenMetrics)),
  ];
}

function sampleLine(
  name: string,
  { metricName, labels, value, exemplar }: Sample,
  withExemplar: boolean,
): string {
  const pairs = Object.entries(labels).map(
    ([label, text]) =>
      `${label}="${label === 'le' ? bound(text) : escaped(String(text)).replaceAll('"', '\\"')}"`,
  );
  const braces = pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
  const line = `${metricName ?? name}${braces} ${number(value)}`;
  return withExemplar && exemplar ? `${line} ${exemplarText(exemplar)}` : line;
}

function exemplarText({ traceId, value, timestamp }: Exemplar): string {
  return `# {trace_id="${traceId}"} ${number(value)} ${number(timestamp)}`;
}

function number(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

/** OpenMetrics wants a bucket's bound to look like a float; the older format takes it too, so that both name the same series. */
function bound(value: string | number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
