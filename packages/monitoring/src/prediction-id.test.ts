import { openDatabase } from '@flightdeck/dataset';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsePredictionId, predictionIdSql, predictionIds } from './prediction-id.ts';

test('what no instance can have made is no id', () => {
  const token = 'a'.repeat(12);
  const wrong = [
    '',
    'x',
    token,
    `${token}-1`,
    `${token}-1-`,
    `${token}-01-0`,
    `${token}-1-00`,
    `${token}-1-1.5`,
  ];
  const hostile = [
    `${token}-1-0\n`,
    ` ${token}-1-0`,
    `${token.toUpperCase()}-1-0`,
    `${token}-1-0-0`,
    `../../${token}-1-0`,
  ];
  for (const id of [...wrong, ...hostile]) expect(parsePredictionId(id)).toBeNull();
});

test('ids are read as they were made', () => {
  const ids = predictionIds();
  const request = fc.integer({ min: 0, max: 2 ** 52 });
  fc.assert(
    fc.property(request, fc.integer({ min: 0, max: 1e8 }), (number, row) => {
      expect(parsePredictionId(`${ids.prefix(number)}${row}`)).toEqual({
        token: ids.token,
        request: number,
        row,
      });
    }),
  );
});

test('no request has the number of another, and no instance the token of another', () => {
  const instances = Array.from({ length: 1_000 }, predictionIds);
  expect(new Set(instances.map(({ token }) => token)).size).toBe(1_000);
  const [one] = instances;
  expect(new Set(Array.from({ length: 100 }, one!.nextRequest)).size).toBe(100);
});

test('SQL makes the same id of the parts', async () => {
  const database = await openDatabase();
  const ids = predictionIds();
  const requests = [0, 1, 35, 36, 46_655, 46_656, 2 ** 31, 2 ** 52 + 1];
  const values = requests.map((request, row) => `('${ids.token}', ${request}::double, ${row})`).join(', ');
  const rows = await database.rows(
    `select ${predictionIdSql} as id from (values ${values}) as parts(token, request, "row")`,
  );
  await database.close();
  expect(rows.map(({ id }) => id)).toEqual(requests.map((request, row) => `${ids.prefix(request)}${row}`));
});
