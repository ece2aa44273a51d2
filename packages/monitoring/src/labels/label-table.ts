// What is kept of a label: the parts of the prediction's id, the label, when it was known, when it came, who sent it.

import type { Table } from '../records/table.ts';

export function labelTable(model: string): Table {
  return {
    kind: 'labels',
    model,
    constants: {},
    columns: [
      { name: 'token', type: 'string' },
      { name: 'request', type: 'double' },
      { name: 'row', type: 'int' },
      { name: 'label', type: 'int' },
      { name: 'known_at', type: 'double' },
      { name: 'at', type: 'double' },
      { name: 'actor', type: 'string' },
    ],
  };
}
