import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { readState, writeState } from './replay-state.ts';

let path: string;
beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'flightdeck-replay-'));
  path = join(folder, 'replay.json');
  return () => rm(folder, { recursive: true });
});

it('of another replay is refused', async () => {
  await writeState(path, { replay: 'one', position: 7, predictions: [] });
  await expect(readState(path, 'two')).rejects.toMatchObject({ code: 'STATE_OF_ANOTHER_REPLAY' });
});

it.each(['', '{"replay":"one"', '{"replay":"one"}'])('that is damaged (%j) is refused', async (text) => {
  await writeFile(path, text);
  await expect(readState(path, 'one')).rejects.toMatchObject({ code: 'STATE_UNREADABLE' });
});

it('is nothing at first, and later what was written', async () => {
  expect(await readState(path, 'one')).toBeNull();
  const state = { replay: 'one', position: 7, predictions: [[3, 'p3']] as [number, string][] };
  await writeState(path, state);
  expect(await readState(path, 'one')).toEqual(state);
});
