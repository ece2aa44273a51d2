// What both places to run in must do: the event loop and a pool of threads.

import { openSession, type Tensors } from '@flightdeck/onnx';
import { identityModel, lookupModel } from '@flightdeck/onnx/fixtures';
import { describe, expect, test } from 'vitest';
import { inlineRunner, type Runner } from './runner.ts';
import { threadPool } from './thread-pool.ts';

const indices = (...rows: number[]): Tensors => ({
  index: { type: 'int64', dims: [rows.length], data: BigInt64Array.from(rows, BigInt) },
});

const places: readonly [string, (bytes: Uint8Array, sample: Tensors) => Promise<Runner>][] = [
  ['on the event loop', async (bytes) => inlineRunner(await openSession(bytes))],
  ['in a pool of threads', (bytes, sample) => threadPool(bytes, 2, sample)],
];

describe.each(places)('%s', (_, open) => {
  test('a run that breaks says why, and the next one is none the worse', async () => {
    const runner = await open(lookupModel(), indices(0));
    await expect(runner.run(indices(1, 99))).rejects.toMatchObject({
      code: 'ONNX_RUN_FAILED',
      message: expect.stringContaining('idx=99'),
    });
    await expect(runner.run(indices(1))).resolves.toMatchObject({ outputs: { value: { dims: [1] } } });
    await runner.close();
  });

  test('an output that the model does not have is refused', async () => {
    const runner = await open(lookupModel(), indices(0));
    await expect(runner.run(indices(1), ['treble'])).rejects.toMatchObject({ code: 'ONNX_INPUT_INVALID' });
    await runner.close();
  });

  test('every type comes through, in the outputs that were asked for', async () => {
    const feeds: Tensors = {
      in_float32: { type: 'float32', dims: [2, 2], data: Float32Array.of(1.5, Number.NaN, -0, 3e38) },
      in_int64: { type: 'int64', dims: [2, 2], data: BigInt64Array.of(1n, -(2n ** 63n), 0n, 2n ** 63n - 1n) },
      in_bool: { type: 'bool', dims: [2, 2], data: Uint8Array.of(1, 0, 0, 1) },
      in_string: { type: 'string', dims: [2, 2], data: ['', 'a', 'ü€😀', 'x'.repeat(1_000)] },
    };
    const runner = await open(identityModel(['float32', 'int64', 'bool', 'string']), structuredClone(feeds));
    const { outputs, runMs } = await runner.run(structuredClone(feeds), [
      'out_string',
      'out_float32',
      'out_int64',
    ]);
    expect(outputs).toEqual({
      out_string: feeds.in_string,
      out_float32: feeds.in_float32,
      out_int64: feeds.in_int64,
    });
    expect(runMs).toBeGreaterThan(0);
    await runner.close();
  });

  test('runs at the same time do not get into each other', async () => {
    const runner = await open(lookupModel(), indices(0));
    const rows = Array.from({ length: 20 }, (_, i) => i % 10);
    const answers = await Promise.all(rows.map((row) => runner.run(indices(row))));
    expect(answers.map(({ outputs }) => [...(outputs.value!.data as Float32Array)])).toEqual(
      rows.map((row) => [10 * row]),
    );
    await runner.close();
  });

  test('takes the memory of its feeds, or leaves it as it was, as it says', async () => {
    const runner = await open(lookupModel(), indices(0));
    const feeds = indices(1, 2);
    await runner.run(feeds);
    expect(feeds.index!.data).toHaveLength(runner.takesFeeds ? 0 : 2);
    await runner.close();
  });
});
