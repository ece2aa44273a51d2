// SIGKILL at any moment of any stage leaves one version or none, and the stage can be done again.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openRegistry } from '@flightdeck/registry';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RecalibrationResult, Snapshot, TrialResult } from '../../retraining.ts';
import type { StageJob } from '../../retraining-stage.child.ts';
import { type StageName, stages } from '../../retraining-stages.fixture.ts';
import { contextOf, openToyWorld, type ToyWorld } from '../../toy-model.fixture.ts';
import type { TrainingResult } from '../../training-result.ts';

let world: ToyWorld;
beforeAll(async () => {
  world = await openToyWorld();
});
afterAll(() => world.close());

const child = fileURLToPath(new URL('../../retraining-stage.child.ts', import.meta.url));

/** Runs a stage in a process of its own, and kills that as soon as it says that it is there. */
async function runAndKill(name: StageName, home: string, request: object, killAt: string): Promise<void> {
  const { path, sha256 } = world.model.dataset.files.parcels!;
  const job: StageJob = { name, home: join(world.folder, home), data: { path, sha256 }, request };
  const victim = spawn(process.execPath, [child, JSON.stringify(job)], {
    env: { PATH: process.env.PATH, TMPDIR: world.folder },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  victim.on('message', (stage) => stage === killAt && victim.kill('SIGKILL'));
  expect(await once(victim, 'exit')).toEqual([null, 'SIGKILL']);
}

/** All stages, each killed at these places before it is left to end. */
async function retrain(
  home: string,
  production: string,
  kills: Partial<Record<StageName, readonly string[]>>,
) {
  const versions: string[][] = [[]];
  const stage = async <Result>(name: StageName, request: object): Promise<Result> => {
    for (const killAt of kills[name] ?? []) {
      await runAndKill(name, home, request, killAt);
      expect((await digests(home)).length - versions.at(-1)!.length).toBeLessThanOrEqual(1);
    }
    const result = await stages[name](world.model, request, contextOf(join(world.folder, home)));
    versions.push(await digests(home));
    return result as Result;
  };
  const asked = { model: 'toy', seed: 1, actor: 'test', reason: 'to kill it', promote: true };
  const rows = { model: 'toy', rows: 5000, days: null, production: null, seed: 1 };
  const snapshot = await stage<Snapshot>('snapshot', rows);
  const network = { model: 'toy', snapshot: snapshot.digest, parameters: {}, seed: 1 };
  const trials = [await stage<TrialResult>('trial', network)];
  const trained = await stage<TrainingResult>('conclusion', { ...asked, runId: 'run-1', snapshot, trials });
  const line = { ...asked, runId: 'run-2', version: 1, production };
  const recalibrated = await stage<RecalibrationResult>('recalibration', line);
  return { versions, snapshot, trained, recalibrated };
}

it('a retraining and a recalibration that are killed again and again end as those that were left alone', {
  timeout: 300_000,
}, async () => {
  const production = await world.writeMatured('drifted', 40, 56);
  const alone = await retrain('alone', production, {});
  const killed = await retrain('killed', production, {
    snapshot: ['features'],
    trial: ['train'],
    conclusion: ['evaluate', 'register'],
    recalibration: ['register'],
  });
  expect(killed.versions).toEqual(alone.versions);
  expect(killed.versions.map(({ length }) => length)).toEqual([0, 0, 0, 1, 2]);
  expect(killed.snapshot.digest).toBe(alone.snapshot.digest);
  expect(killed.trained.test).toEqual(alone.trained.test);
  const { gate } = alone.recalibrated;
  expect(killed.recalibrated).toMatchObject({ of: 1, version: 2, promoted: true, gate });

  const registry = await openRegistry({ home: join(world.folder, 'killed') });
  expect(await registry.runs.get('run-1')).toMatchObject({ status: 'finished', attempt: 3 });
  expect(await registry.aliases.transitions('toy', 'champion')).toMatchObject([{ to: 1 }, { to: 2 }]);
  await registry.close();
  const left = await readdir(join(world.folder, 'killed', 'snapshots', 'toy'));
  expect(left.filter((name) => !name.startsWith('.making-'))).toEqual([alone.snapshot.digest]);
});

async function digests(home: string): Promise<string[]> {
  const registry = await openRegistry({ home: join(world.folder, home) });
  const models = await registry.models.list();
  const versions = models.length === 0 ? [] : await registry.versions.list('toy');
  await registry.close();
  return versions.map(({ digest }) => digest).sort();
}
