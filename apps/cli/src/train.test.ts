// `train` through a real broker, trainer and pipeline. Four hundred rows make a worse model than four thousand, which the gate finds out;
// that is what exit code 3 is for.

import { expect, it } from 'vitest';
import { testCli } from './context.fixture.ts';
import { modelOrOnly } from './context.ts';

it('tells that the gate did not pass, and finds the run again when it is asked for the same', async () => {
  const cli = await testCli({ PATH: process.env.PATH });
  expect(await cli.run('train', '--rows', '4000')).toMatchObject({ exitCode: 0 });
  const words = ['train', '--rows', '420', '--seed', '5', '--json'];
  const first = await cli.run(...words);
  expect(first).toMatchObject({ exitCode: 3 });
  expect(JSON.parse(first.output)).toMatchObject({
    existed: false,
    model: modelOrOnly(undefined),
    seed: 5,
    promoted: false,
    rows: { trained: 420 },
  });
  expect(first.errors).toContain('Training the network on 420 rows');

  expect(await cli.run('train', '--first', '--rows', '420')).toMatchObject({
    exitCode: 0,
    output: expect.stringContaining('has a champion already'),
  });

  const second = await cli.run('train', '--rows', '420', '--seed', '5');
  expect(second.exitCode).toBe(3);
  expect(second.output).toMatch(/^A run with equal inputs is there already/);
  expect(JSON.parse((await cli.run('runs', '--json')).output)).toHaveLength(2);
}, 240_000);
