import { expect, it } from 'vitest';
import { openDatabase } from './duckdb.ts';
import { boundsOf, partCondition } from './split.ts';

const split = { train: '2001-01-15', validation: '2001-04-01', test: '2001-04-15', end: '2001-05-01' };

it('refuses dates that are out of order, or no dates', () => {
  expect(() => boundsOf({ ...split, test: '2001-03-01' })).toThrow(/validation part ends before it begins/);
  expect(() => boundsOf({ ...split, end: 'soon' })).toThrow(/end is "soon"/);
});

it('puts each row into one part at most, and embargoes rows whose label was not known at the border', async () => {
  const bounds = boundsOf(split);
  const border = bounds[1]!.from;
  const database = await openDatabase({ memoryLimit: '100MB' });
  await database.run(`create table rows as select * from (values
    ('first of train', ${bounds[0]!.from}, ${bounds[0]!.from + 90}),
    ('known just in time', ${border - 100}, ${border - 1}),
    ('known at the border', ${border - 100}, ${border}),
    ('first of validation', ${border}, ${border + 90}),
    ('last of test, known in May', ${bounds[2]!.until - 1}, ${bounds[2]!.until + 100}),
    ('May', ${bounds[2]!.until}, ${bounds[2]!.until + 100})) t(name, time, known_at)`);
  const parts = Object.fromEntries(
    await Promise.all(
      bounds.map(async (part) => {
        const rows = await database.rows(`select name from rows where ${partCondition(part)} order by time`);
        return [part.part, rows.map(({ name }) => name)];
      }),
    ),
  );
  await database.close();
  expect(parts).toEqual({
    train: ['first of train', 'known just in time'],
    validation: ['first of validation'],
    test: ['last of test, known in May'],
  });
});
