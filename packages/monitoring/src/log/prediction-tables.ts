// What the prediction log keeps of an answer and of a shadow's score. The columns are those of DuckDB's views, but for
// the prediction's id, which is stored as the parts that it is made of.

import type { Column, Table } from '../records/table.ts';

/** Where a feature's value came from; serving writes the place in this list. */
export const featureStatuses = ['given', 'present', 'default', 'stale'] as const;

/** What the rows of one endpoint's version, on one side of a split, have in common. */
export interface LogLayout {
  readonly endpoint: string;
  readonly model: string;
  /** Null where a request failed before it was known which version would answer. */
  readonly version: number | null;
  readonly variant: string;
  /** The features, in the model's order. */
  readonly columns: readonly { readonly name: string; readonly type: 'number' | 'string' }[];
}

/** A view's column that holds a feature, and one that holds its status. */
export const featureColumn = (feature: string): string => `f:${feature}`;
export const statusColumn = (feature: string): string => `s:${feature}`;

/** Which prediction a record is about; the token is a constant of the segment. */
const predictionColumns: readonly Column[] = [
  { name: 'request', type: 'double' },
  { name: 'row', type: 'int' },
  { name: 'event_time', type: 'double' },
];

export function predictionTable(
  token: string,
  { endpoint, model, version, variant, columns }: LogLayout,
): Table {
  return {
    kind: 'predictions',
    model,
    constants: { token, endpoint, model, version, variant },
    columns: [
      ...predictionColumns,
      { name: 'at', type: 'double' },
      { name: 'latency_ms', type: 'float' },
      { name: 'score', type: 'float' },
      { name: 'request_id', type: 'string' },
      { name: 'unit', type: 'string' },
      { name: 'failure', type: 'string' },
      ...columns.map(
        ({ name, type }): Column => ({
          name: featureColumn(name),
          type: type === 'number' ? 'float' : 'string',
        }),
      ),
      ...columns.map(({ name }): Column => ({ name: statusColumn(name), type: featureStatuses })),
    ],
  };
}

export function shadowTable(token: string, model: string): Table {
  return {
    kind: 'shadows',
    model,
    constants: { token },
    columns: [
      ...predictionColumns,
      { name: 'version', type: 'int' },
      { name: 'score', type: 'float' },
      { name: 'latency_ms', type: 'float' },
      { name: 'failure', type: 'string' },
    ],
  };
}
