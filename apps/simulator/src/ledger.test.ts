import { expect, it } from 'vitest';
import { type LabelToSend, openLedger } from './ledger.ts';
import type { Label } from './schedule.ts';

const label = (row: number, value: Label['label'] = 1): Label => ({
  row,
  rowTime: 100,
  at: 150,
  knownAt: 150,
  label: value,
});

function ledger(knownFrom = 0, entries: [number, string][] = []) {
  const sent: LabelToSend[] = [];
  const counts = { orphaned: 0, withheld: 0 };
  const opened = openLedger({
    entries,
    knownFrom,
    ready: (label) => sent.push(label),
    orphaned: () => counts.orphaned++,
    withheld: () => counts.withheld++,
  });
  return { ...opened, sent, counts };
}

it('a label whose row was refused a prediction goes nowhere and is counted once', () => {
  const early = ledger();
  early.asked([1]);
  early.label(label(1));
  early.lost(1);
  expect([early.sent, early.counts.orphaned]).toEqual([[], 1]);
  const late = ledger();
  late.asked([1]);
  late.lost(1);
  late.label(label(1));
  expect([late.sent, late.counts.orphaned]).toEqual([[], 1]);
});

it('a label that comes before the answer waits for it', () => {
  const { asked, answered, label: give, sent } = ledger();
  asked([1, 2]);
  give(label(1));
  expect(sent).toEqual([]);
  answered(1, 'p1');
  answered(2, 'p2');
  expect(sent).toMatchObject([{ row: 1, predictionId: 'p1', label: 1 }]);
});

it('a label that is kept back ends its entry', () => {
  const { asked, answered, label: give, entries, counts } = ledger();
  asked([1]);
  answered(1, 'p1');
  give(label(1, null));
  expect([entries(), counts]).toEqual([[], { orphaned: 0, withheld: 1 }]);
});

it('keeps an entry until its label has arrived', () => {
  const { has, label: give, close, entries, sent } = ledger(120, [[1, 'p1']]);
  expect(has(1)).toBe(true);
  give(label(1));
  expect(sent).toMatchObject([{ predictionId: 'p1' }]);
  expect(entries()).toEqual([[1, 'p1']]);
  close(1);
  expect(entries()).toEqual([]);
});

it('says nothing of rows that an earlier run has dealt with', () => {
  const { label: give, counts } = ledger(120);
  give(label(7));
  expect(counts.orphaned).toBe(0);
});
