import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCsv } from './csv-table.ts';
import { csvLine } from './invocations.fixture.ts';

describe('a table', () => {
  test('of a million rows is refused at the first one too many', async () => {
    const bytes = Buffer.from(`index\n${'1\n'.repeat(1_000_000)}`);
    await expect(readCsv(bytes, 3)).rejects.toMatchObject({ code: 'TOO_MANY_INSTANCES' });
  });

  test('leaves the event loop to others while it is read', async () => {
    const bytes = Buffer.from(`text\n${`${'x'.repeat(1000)}\n`.repeat(1000)}`);
    let turns = 0;
    const counting = setInterval(() => turns++, 0);
    const { rows } = await readCsv(bytes, 1000);
    clearInterval(counting);
    expect(rows).toHaveLength(1000);
    expect(turns).toBeGreaterThan(1);
  });

  test('of any text comes back as it was written, wherever it is cut into pieces', async () => {
    const cell = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('"', '""', ',', '\n', '\r\n', '\r', 'ü🛫', '\ufeff', ''),
      fc.integer({ min: 16_300, max: 16_400 }).map((length) => 'x'.repeat(length)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 6 }), async (rows) => {
        const small = rows.filter((row) => Buffer.byteLength(csvLine(row)) < 65_536);
        const bytes = Buffer.from([['first', 'second'], ...small].map(csvLine).join(''));
        const table = await readCsv(bytes, 6);
        expect(table.header).toEqual(['first', 'second']);
        expect(table.rows.map(({ cells }) => cells)).toEqual(small);
      }),
      { numRuns: 30 },
    );
  });
});
