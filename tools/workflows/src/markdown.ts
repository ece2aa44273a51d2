// Markdown for GitHub: text that comes from elsewhere and must say nothing but itself, tables, and charts that need no image.

/** Text of a result that somebody's branch has made: no markup, no mention of anybody, no link, one line. */
export function plain(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[^\p{L}\p{N} .,()%+=/-]/gu, (sign) => `&#${sign.codePointAt(0)};`)
    .replaceAll(/:\/\/|www\./gi, (link) => [...link].map((sign) => `&#${sign.codePointAt(0)};`).join(''));
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)].join(
    '\n',
  );
}

export interface Chart {
  readonly title: string;
  readonly x: { readonly name: string; readonly labels: readonly string[] };
  readonly y: string;
  readonly bars?: readonly number[];
  readonly lines: readonly (readonly number[])[];
}

/** A chart that GitHub draws itself. */
export function chart({ title, x, y, bars, lines }: Chart): string {
  const numbers = (values: readonly number[]) => `[${values.map((value) => value.toFixed(4)).join(', ')}]`;
  return [
    '```mermaid',
    'xychart-beta',
    `  title "${title}"`,
    `  x-axis "${x.name}" [${x.labels.map((label) => `"${label}"`).join(', ')}]`,
    `  y-axis "${y}"`,
    ...(bars ? [`  bar ${numbers(bars)}`] : []),
    ...lines.map((line) => `  line ${numbers(line)}`),
    '```',
  ].join('\n');
}
