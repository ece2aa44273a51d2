import { expect, test } from 'vitest';
import { giveBack } from './memory.ts';

const large = 100_000;

test('the memory of a large body is gone at once, for whoever still looks into it', () => {
  const body = Buffer.from(new ArrayBuffer(large));
  const numbers = new Float32Array(body.buffer, 8, 10);
  giveBack(body);
  expect([body.length, numbers.length]).toEqual([0, 0]);
});

test('so is that of a body that begins some bytes into its memory', () => {
  const body = Buffer.from(new ArrayBuffer(large), 5);
  giveBack(body);
  expect(body).toHaveLength(0);
});

test('memory that others have a part in stays, and so does what is not worth the while', () => {
  const shared = new ArrayBuffer(large);
  giveBack(Buffer.from(shared, 0, large / 2));
  expect(shared.byteLength).toBe(large);
  const small = Buffer.from(new ArrayBuffer(1000));
  giveBack(small);
  expect(small).toHaveLength(1000);
});
