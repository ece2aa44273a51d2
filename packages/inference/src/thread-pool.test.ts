import type { Tensors } from '@flightdeck/onnx';
import { identityModel, lookupModel } from '@flightdeck/onnx/fixtures';
import { expect, test } from 'vitest';
import { threadPool } from './thread-pool.ts';

const texts = (...rows: string[]): Tensors => ({
  in_string: { type: 'string', dims: [rows.length, 2], data: rows.flatMap((row) => [row, row]) },
});

test('a file that is no model is refused, and its threads end', async () => {
  const sample = { index: { type: 'int64', dims: [1], data: BigInt64Array.of(0n) } } as const;
  await expect(threadPool(new Uint8Array(100), 2, sample)).rejects.toMatchObject({ code: 'ONNX_CORRUPT' });
});

test('a model that cannot run its sample is refused', async () => {
  const sample = { index: { type: 'int64', dims: [1], data: BigInt64Array.of(99n) } } as const;
  await expect(threadPool(lookupModel(), 1, sample)).rejects.toMatchObject({ code: 'ONNX_RUN_FAILED' });
});

test('a thread that runs out of memory fails its run, who may try again, and another takes its place', async () => {
  const runner = await threadPool(identityModel(['string']), 1, texts('a'));
  // One text here, and as many copies in the thread as there are rows: more than its heap holds.
  const text = 'x'.repeat(1024 * 1024);
  const tooMuch = texts(...new Array<string>(150).fill(text));
  await expect(runner.run(tooMuch)).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: true });
  const again = await Promise.all([runner.run(texts('b')), runner.run(texts('c'))]);
  expect(again.map(({ outputs }) => outputs.out_string!.data)).toEqual([
    ['b', 'b'],
    ['c', 'c'],
  ]);
  await runner.close();
});
