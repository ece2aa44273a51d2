import { describe, expect, it } from 'vitest';
import { bytes, duration, milliseconds, moment, percent, tiny } from './figures.ts';
import { renderFacts, renderTable } from './table.ts';

it('a table lines up words to the left and numbers to the right, and ends no line with a space', () => {
  const table = renderTable({
    columns: ['name', 'rows'],
    numeric: [1],
    rows: [
      ['a', '1'],
      ['longer', '12,345'],
    ],
  });
  expect(table.split('\n')).toEqual(['name      rows', '------  ------', 'a            1', 'longer  12,345']);
});

it('facts line up, also those of several lines', () => {
  expect(
    renderFacts([
      ['Gate', 'pass\nall of it'],
      ['Rows', '3'],
    ]),
  ).toBe('  Gate  pass\n        all of it\n  Rows  3');
});

describe('figures', () => {
  it('have units that fit their size', () => {
    expect([bytes(0), bytes(999), bytes(1_500), bytes(37_000), bytes(1.9e9)]).toEqual([
      '0 B',
      '999 B',
      '1.5 kB',
      '37 kB',
      '1.9 GB',
    ]);
    expect([duration(0.04), duration(59.6), duration(250)]).toEqual(['0.0 s', '60 s', '4 min 10 s']);
    expect([milliseconds(0.842), milliseconds(12.6)]).toEqual(['0.84 ms', '13 ms']);
    expect([tiny(0), tiny(3.14e-7), percent(0.2012)]).toEqual(['0', '3.1e-7', '20.1 %']);
    expect(moment('2026-11-21T10:39:17.000Z')).toBe('2026-11-21 10:39 UTC');
  });
});
