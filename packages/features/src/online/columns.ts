// Columns of a row or an event, raw and derived, as the offline engine's SQL sees them.

import type { Derived, FeatureView } from '../definition.ts';

export type Columns = Readonly<Record<string, unknown>>;

/** What a column holds; undefined where the row does not say, or says what cannot be. */
export type ColumnValue = string | number | undefined;

/** Joins the parts of a key; no name may contain it. */
const separator = '\u001f';
const longestName = 100;

/** Reads a column, declared in `derived` or raw. */
export function columnReader(view: FeatureView, name: string): (columns: Columns) => ColumnValue {
  const rule = view.derived[name];
  if (!rule) return (columns) => rawValue(columns[name]);
  return (columns) => {
    const value = derivedValue(rule, columns);
    return Math.abs(value) <= 0x7fffffff ? value : undefined;
  };
}

/** The raw columns behind a column. */
export function rawColumns(view: FeatureView, name: string): string[] {
  const rule = view.derived[name];
  if (!rule) return [name];
  return rule.kind === 'difference' ? [rule.column, rule.less] : [rule.column];
}

/** Undefined where a part is missing: such a row has no key. */
export function keyOf(parts: readonly ColumnValue[]): string | undefined {
  return parts.includes(undefined) ? undefined : parts.join(separator);
}

function rawValue(value: unknown): ColumnValue {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || value === '' || value.length > longestName) return undefined;
  return value.includes(separator) ? undefined : value;
}

/** NaN where a column behind it is missing. */
function derivedValue(rule: Derived, columns: Columns): number {
  const raw = numberIn(columns[rule.column]);
  switch (rule.kind) {
    case 'bucket':
      return Math.floor(raw / rule.size);
    case 'exceeds':
      return Number.isNaN(raw) ? raw : Number(raw > rule.threshold);
    case 'clip':
      return toInteger(Math.max(rule.minimum, Math.min(rule.maximum, raw)));
    case 'difference':
      return toInteger(raw - numberIn(columns[rule.less]));
  }
}

function numberIn(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : Number.NaN;
}

/** DuckDB's cast to INTEGER: the nearest, and of two the even one. */
function toInteger(value: number): number {
  const nearest = Math.round(value);
  return nearest - value === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
}
