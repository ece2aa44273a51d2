import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { testCli } from '../../context.fixture.ts';
import { tryKitLock } from '../../kit/kit-lock.ts';
import { loopHome, openLoopKit } from './loop-kit.ts';

const options = { model: 'toy', policy: {}, signal: new AbortController().signal };

it('a loop beside another one is refused, and leaves its folder alone', async () => {
  const { context } = await testCli();
  const home = loopHome(context.env);
  const other = tryKitLock(home)!;
  await writeFile(join(home, 'theirs'), '');
  await expect(openLoopKit(context, options)).rejects.toMatchObject({ code: 'DEMO_RUNNING' });
  expect(await readdir(home)).toContain('theirs');
  other.release();
});

it('a loop without a champion is refused, and gives its folder back', async () => {
  const { context } = await testCli();
  const home = loopHome(context.env);
  await expect(openLoopKit(context, options)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  const lock = tryKitLock(home);
  expect(lock).not.toBeNull();
  lock!.release();
});

it('what an earlier loop has left is taken away first', async () => {
  const { context } = await testCli();
  const home = loopHome(context.env);
  await mkdir(join(home, 'predictions/toy'), { recursive: true });
  await writeFile(join(home, 'replay.json'), '{}');
  await expect(openLoopKit(context, options)).rejects.toThrow();
  const left = await readdir(home);
  expect(left).not.toContain('predictions');
  expect(left).not.toContain('replay.json');
});
