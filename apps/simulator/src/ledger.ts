// Which prediction belongs to which row, from the answer until the row's label has arrived.

import type { Label } from './schedule.ts';

export interface LabelToSend extends Label {
  readonly label: 0 | 1;
  readonly predictionId: string;
}

export interface Ledger {
  /** Whether the row has been predicted already, before a restart. */
  has(row: number): boolean;
  asked(rows: readonly number[]): void;
  answered(row: number, predictionId: string): void;
  /** There will be no prediction. */
  lost(row: number): void;
  /** Hands the label to `ready` as soon as the row's prediction has an id, at once where it has. */
  label(label: Label): void;
  /** Its label has arrived, or never will. */
  close(row: number): void;
  /** Rows whose label has not arrived. */
  entries(): [number, string][];
}

export interface LedgerOptions {
  readonly entries: Iterable<readonly [number, string]>;
  readonly ready: (label: LabelToSend) => void;
  /** The row's prediction was refused. */
  readonly orphaned: () => void;
  /** A scenario keeps the label back. */
  readonly withheld: () => void;
  /** Rows predicted before this, and not among the entries, were dealt with in an earlier run. */
  readonly knownFrom: number;
}

export function openLedger(options: LedgerOptions): Ledger {
  const ids = new Map<number, string>(options.entries);
  /** Rows that were asked for and not answered, with their label where it came first. */
  const asked = new Map<number, Label | null>();

  function settle(label: Label, predictionId: string): void {
    if (label.label !== null) {
      options.ready({ ...label, label: label.label, predictionId });
    } else {
      ids.delete(label.row);
      options.withheld();
    }
  }

  return {
    has: (row) => ids.has(row),
    asked(rows) {
      for (const row of rows) asked.set(row, null);
    },
    answered(row, predictionId) {
      const label = asked.get(row);
      asked.delete(row);
      ids.set(row, predictionId);
      if (label) settle(label, predictionId);
    },
    lost(row) {
      if (asked.get(row)) options.orphaned();
      asked.delete(row);
    },
    label(label) {
      const predictionId = ids.get(label.row);
      if (predictionId !== undefined) settle(label, predictionId);
      else if (asked.has(label.row)) asked.set(label.row, label);
      else if (label.rowTime >= options.knownFrom) options.orphaned();
    },
    close: (row) => void ids.delete(row),
    entries: () => [...ids],
  };
}
