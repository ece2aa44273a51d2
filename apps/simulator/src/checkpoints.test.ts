import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { keepCheckpoints } from './checkpoints.ts';
import type { Player } from './player.ts';
import { virtualTime } from './virtual-time.fixture.ts';

let stateFile: string;
beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'flightdeck-checkpoints-'));
  stateFile = join(folder, 'replay.json');
  return () => rm(folder, { recursive: true });
});

it('what cannot be settled is not saved', async () => {
  const player: Pick<Player, 'settle'> = { settle: () => Promise.reject(new Error('away')) };
  const checkpoints = keepCheckpoints({ position: 5, player, replay: 'r', stateFile, time: virtualTime() });
  await expect(checkpoints.save()).rejects.toThrow('away');
  expect(checkpoints.position).toBe(5);
  await expect(readFile(stateFile)).rejects.toThrow('ENOENT');
});

it('an older position never replaces a newer one, however long it takes to settle', async () => {
  const first = Promise.withResolvers<{ position: number; predictions: [number, string][] }>();
  const settled = [first.promise, Promise.resolve({ position: 9, predictions: [] as [number, string][] })];
  const player: Pick<Player, 'settle'> = { settle: () => settled.shift()! };
  const checkpoints = keepCheckpoints({ position: 5, player, replay: 'r', stateFile, time: virtualTime() });
  const saves = [checkpoints.save(), checkpoints.save()];
  await new Promise((resolve) => setImmediate(resolve));
  expect(checkpoints.isDue()).toBe(false);
  expect(settled).toHaveLength(1); // the second waits for the first
  first.resolve({ position: 7, predictions: [] });
  await Promise.all(saves);
  expect(checkpoints.position).toBe(9);
  expect(JSON.parse(await readFile(stateFile, 'utf8'))).toMatchObject({ position: 9 });
});
