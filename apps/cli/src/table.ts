// Plain text tables, for people; scripts take --json.

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns, by index, whose cells are numbers: they end on one line. */
  readonly numeric?: readonly number[];
}

/** Columns two spaces apart, a rule below the heads, and no space at the end of a line. */
export function renderTable({ columns, rows, numeric = [] }: Table): string {
  const widths = columns.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    widths
      .map((width, column) => {
        const cell = cells[column] ?? '';
        return numeric.includes(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [line(columns), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** A heading and lines below it, aligned: "  Broker   Redis 7". */
export function renderFacts(facts: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...facts.map(([name]) => name.length));
  const indent = ' '.repeat(width + 4);
  return facts
    .map(([name, value]) => `  ${name.padEnd(width)}  ${value.replaceAll('\n', `\n${indent}`)}`.trimEnd())
    .join('\n');
}
