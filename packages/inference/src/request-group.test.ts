import { expect, test } from 'vitest';
import { inputs, outputs, rowsOf } from './known-model.fixture.ts';
import { requestGroups } from './request-group.ts';

const groups = () => requestGroups({ inputs, outputs, isBatching: true });
const work = (columns: number, wanted?: readonly string[]) => ({
  rows: rowsOf([1, 2], columns),
  deadline: 0,
  ...(wanted && { outputs: wanted }),
});

test('requests with the same row shapes and outputs are of one group, however many others come between', () => {
  const of = groups();
  const group = of(work(3, ['double', 'echo']));
  expect(of(work(4))).not.toBe(group);
  expect(of(work(3))).not.toBe(group);
  expect(of(work(3, ['echo']))).not.toBe(group);
  expect(of(work(3, ['echo', 'double']))).toBe(group);
  expect(of(work(3, ['double', 'echo']))).toBe(group);
  expect(group.columns).toMatchObject([
    { name: 'x', rowShape: [3], width: 3 },
    { name: 'text', rowShape: [], width: 1 },
  ]);
});

test('shapes that callers make up are not remembered for ever', () => {
  const of = groups();
  const first = of(work(1));
  for (let columns = 2; columns < 300; columns++) of(work(columns));
  const again = of(work(1));
  expect(again).not.toBe(first);
  expect(again).toEqual(first);
});
