// Where everything stands: the place of each column in the network's input vector, and of each encoding in the matrix that
// the graph encodes in one go.

import { type Encoding, encodingWidth, type NumberColumn } from './scoring-graph.ts';

export interface Placed<Column> {
  readonly column: Column;
  /** Where in the network's input vector the column's encodings begin. */
  readonly position: number;
}

/** A column of the matrix. A number column that is encoded twice, or one-hot, stands in the matrix several times. */
export interface Slot<Detail = unknown> extends Placed<NumberColumn> {
  readonly detail: Detail;
}

export type Standard = Extract<Encoding, { kind: 'standard' }>;

/** The matrix's columns by what is to be done with them, in the order in which they stand. */
export interface Slots {
  readonly plain: Slot<Standard>[];
  /** Standard encodings that take the logarithm first. */
  readonly logged: Slot<Standard>[];
  /** The detail is the period. */
  readonly cyclic: Slot<number>[];
  /** One-hot encodings, a slot for each value, which is the detail. */
  readonly choices: Slot<number>[];
}

export function slotsOf(columns: readonly Placed<NumberColumn>[]): Slots {
  const slots: Slots = { plain: [], logged: [], cyclic: [], choices: [] };
  for (const placed of columns) {
    let { position } = placed;
    for (const encoding of placed.column.encodings) {
      addSlots(slots, { column: placed.column, position }, encoding);
      position += encodingWidth(encoding);
    }
  }
  return slots;
}

function addSlots(slots: Slots, at: Placed<NumberColumn>, encoding: Encoding): void {
  if (encoding.kind === 'standard') {
    const group = encoding.log1p ? slots.logged : slots.plain;
    group.push({ ...at, detail: encoding });
  } else if (encoding.kind === 'cyclic') {
    slots.cyclic.push({ ...at, detail: encoding.period });
  } else {
    encoding.values.forEach((value, i) => {
      slots.choices.push({ ...at, position: at.position + i, detail: value });
    });
  }
}
