import { expect, test } from 'vitest';
import { asking } from './questions.ts';

const longMs = 60_000;

function startAsking() {
  const sent: number[][] = [];
  return { sent, asked: asking((worker, id) => sent.push([worker, id])) };
}

test('the answers are there when the last worker has given its own', async () => {
  const { sent, asked } = startAsking();
  const answers = asked.ask('metrics', [1, 2], longMs);
  expect(sent).toEqual([
    [1, 1],
    [2, 1],
  ]);
  asked.answered(2, 1, 'two');
  asked.answered(1, 1, 'one');
  expect(await answers).toEqual(
    new Map([
      [2, 'two'],
      [1, 'one'],
    ]),
  );
});

test('nobody waits for a worker that ends', async () => {
  const { asked } = startAsking();
  const answers = asked.ask('metrics', [1, 2], longMs);
  asked.answered(2, 1, 'two');
  asked.left(1);
  expect(await answers).toEqual(new Map([[2, 'two']]));
});

test('nor longer than patience lasts for one that does not answer', async () => {
  const { asked } = startAsking();
  const answers = asked.ask('metrics', [1, 2], 5);
  asked.answered(1, 1, 'one');
  expect(await answers).toEqual(new Map([[1, 'one']]));
  // Too late: the next question has a number of its own.
  asked.answered(2, 1, 'two');
});

test('without workers there is nothing to wait for', async () => {
  expect(await startAsking().asked.ask('pass', [], longMs)).toEqual(new Map());
});

test('answers find their questions', async () => {
  const { asked } = startAsking();
  const [first, second] = [asked.ask('metrics', [1], longMs), asked.ask('metrics', [1], longMs)];
  asked.answered(1, 2, 'second');
  asked.answered(1, 1, 'first');
  expect([await first, await second]).toEqual([new Map([[1, 'first']]), new Map([[1, 'second']])]);
});
