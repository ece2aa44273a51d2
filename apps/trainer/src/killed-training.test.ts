import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, rmdir, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { messageOf } from '@flightdeck/core';
import type { TrainingJob, TrainingProgress } from '@flightdeck/queue';
import { type ModelVersion, openRegistry, type Registry } from '@flightdeck/registry';
import { runTraining } from '@flightdeck/training/pipeline';
import { type TrainingResult, trainingResultSchema } from '@flightdeck/training/result';
import { afterAll, describe, expect, it, type TestContext } from 'vitest';
import { openWorkshop, type Workshop } from './workshop.fixture.ts';

// Real trainers train the real model, some 10 s each time. The tests run side by side: while one waits, another works.

const job: TrainingJob = {
  model: 'flight-delay',
  rows: 2_000,
  seed: 1,
  actor: 'test',
  reason: 'to see it survive',
  key: '',
  promote: true,
};
const smallDisk = await mountSmallDisk();

describe.concurrent('a training', { timeout: 300_000 }, () => {
  it('that cannot succeed fails at once, with its own code, and leaves no version', async (test) => {
    const { home, queue, registry, hire } = await openShop(test);
    await hire();
    const unknown = await queue.submit({ ...job, model: 'no-such-model' });
    await expect(queue.wait(unknown.id)).rejects.toMatchObject({ code: 'MODEL_UNKNOWN' });
    expect(await queue.status(unknown.id)).toMatchObject({ state: 'failed', attempts: 1 });
    expect(await registry.runs.list()).toEqual([]);

    const inTheWay = join(home, 'datasets');
    await writeFile(inTheWay, 'a file where a folder should be');
    const { id } = await queue.submit(job);
    await expect(queue.wait(id)).rejects.toMatchObject({ code: 'STATE_NOT_WRITABLE' });
    expect(await queue.status(id)).toMatchObject({ state: 'failed', attempts: 1 });
    const error = { code: 'STATE_NOT_WRITABLE', message: expect.stringContaining(inTheWay) };
    expect(await registry.runs.list()).toMatchObject([{ id, status: 'failed', error }]);
    expect(await versionsIn(registry)).toEqual([]);
  });

  it('whose trainer is killed three times ends with one version, and with the numbers of a run left alone', async (test) => {
    const shop = await openShop(test);
    const { home, queue, registry } = shop;
    const { id } = await queue.submit(job);
    const [undisturbed] = await Promise.all([trainUndisturbed(test), killThreeTrainers(shop, id)]);
    expect(await queue.status(id)).toMatchObject({ state: 'active' });
    await shop.hire();
    const result = trainingResultSchema.parse(await queue.wait(id));

    expect(result).toMatchObject({ runId: id, version: 1, promoted: true, gate: { verdict: 'pass' } });
    expect(result.test.network).toEqual(undisturbed.test.network);
    expect(await registry.runs.list()).toMatchObject([{ id, status: 'finished', attempt: 4, error: null }]);

    // A thousand rows teach less than twenty thousand: the gate lets nothing in, and nothing is left of it.
    const worse = await queue.submit({ ...job, rows: 1000 });
    const refused = trainingResultSchema.parse(await queue.wait(worse.id));
    expect(refused).toMatchObject({ version: null, promoted: false, gate: { verdict: 'fail' } });
    await expectOneChampion(registry, id, home);
  });

  it('whose trainer is told to stop goes back to the queue at no cost, and another one finishes it', async (test) => {
    const shop = await openShop(test);
    const { queue, registry } = shop;
    const leaving = await shop.hire();
    const { id } = await queue.submit({ ...job, rows: 1000 });
    await untilStage(shop, id, 'features');
    // A trainer gives a run 20 s to end, then 5 s to hear that it has to. To be sure that this one needs them it stands still
    // for the former; the moment when they are over cannot be awaited otherwise.
    leaving.freezeSandbox();
    const exitCode = leaving.stop();
    await wait(22_000);
    leaving.thawSandbox();
    expect(await exitCode).toBe(0);
    expect(await queue.status(id)).toMatchObject({ state: 'waiting', attempts: 0 });

    await shop.hire();
    const result = trainingResultSchema.parse(await queue.wait(id));
    expect(await queue.status(id)).toMatchObject({ attempts: 1 });
    expect(await registry.runs.list()).toMatchObject([{ id, status: 'finished', attempt: 2 }]);
    expect(await versionsIn(registry)).toMatchObject([{ version: result.version, runId: id }]);
  });

  it('that is told to stop is not recorded as failed', async (test) => {
    const { home, registry } = await openShop(test);
    const signal = AbortSignal.abort(new Error('The trainer stops.'));
    const context = { home, clock: Date.now, signal, onProgress: () => {}, log: () => {} };
    await expect(runTraining({ ...job, runId: 'run-1' }, context)).rejects.toThrow('The trainer stops.');
    expect(await registry.runs.list()).toMatchObject([{ id: 'run-1', status: 'running', error: null }]);
  });

  it.runIf(smallDisk)('that fills the disk leaves no version until there is space', async (test) => {
    const shop = await openShop(test, smallDisk);
    const { home, queue, registry } = shop;
    const trainer = await shop.hire();
    const { id } = await queue.submit(job);
    await untilStage(shop, id, 'train');
    // Room for the run's holdout sample (0.9 MB) and for some files of the bundle, not for all of them.
    const filler = await fillAllBut(home, 1_000_000);
    await trainer.said(/failed: DISK_FULL/);
    expect(await versionsIn(registry)).toEqual([]);

    await rm(filler);
    expect(await queue.wait(id)).toMatchObject({ version: 1, promoted: true });
    expect((await queue.status(id))?.attempts).toBeGreaterThan(1);
    await expectOneChampion(registry, id, home);
  });
});

type Shop = Omit<Workshop, 'close'> & { readonly registry: Registry };

async function openShop({ onTestFinished }: TestContext, home: string | null = null): Promise<Shop> {
  const { close, ...workshop } = await openWorkshop(home);
  onTestFinished(close);
  const registry = await openRegistry(workshop);
  onTestFinished(registry.close);
  return { ...workshop, registry };
}

/** One while the run reads, one while it trains, and one when all that others can see is done and the run's end is not yet written. */
async function killThreeTrainers(shop: Shop, id: string): Promise<void> {
  const { home, registry, hire } = shop;
  const release = blockTheLastWrite(home);
  for (const stage of ['features', 'train']) {
    const victim = await hire();
    await untilStage(shop, id, stage);
    await victim.kill();
    expect(await versionsIn(registry)).toEqual([]);
  }
  const victim = await hire();
  while ((await registry.aliases.list(job.model)).length === 0) await wait(20);
  await victim.kill();
  release();
  expect(await versionsIn(registry)).toMatchObject([{ version: 1, runId: id }]);
  expect(await registry.runs.get(id)).toMatchObject({ status: 'running', attempt: 3 });
}

/** Whoever writes that a run is finished counts for ever first, so that there is time to kill it. Returns what ends this. */
function blockTheLastWrite(home: string): () => void {
  // A killed process keeps its lock until the kernel has cleared it away.
  const database = new DatabaseSync(join(home, 'registry.sqlite'), { timeout: 30_000 });
  database.exec(`
    create view for_ever as with recursive tick (n) as (select 1 union all select n + 1 from tick) select n from tick;
    create trigger last_write before update on runs when new.status = 'finished'
      begin select count(*) from for_ever; end`);
  return () => {
    database.exec('drop trigger last_write; drop view for_ever');
    database.close();
  };
}

async function trainUndisturbed(test: TestContext): Promise<TrainingResult> {
  const { queue, hire } = await openShop(test);
  await hire();
  const { id } = await queue.submit(job);
  return trainingResultSchema.parse(await queue.wait(id));
}

/** Fails when the run ends before it is seen in the stage. */
async function untilStage({ queue }: Shop, id: string, stage: string): Promise<void> {
  const seen = new AbortController();
  const onProgress = (progress: TrainingProgress) => progress.stage === stage && seen.abort();
  const waiting = queue.wait(id, { onProgress, signal: seen.signal });
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
}

/** What anybody can see, of all models. */
async function versionsIn(registry: Registry): Promise<readonly ModelVersion[]> {
  const models = await registry.models.list();
  return (await Promise.all(models.map(({ name }) => registry.versions.list(name)))).flat();
}

/** One version, whole, made champion once; and in the artifacts nothing that is not its own. */
async function expectOneChampion(registry: Registry, runId: string, home: string): Promise<void> {
  const versions = await versionsIn(registry);
  expect(versions).toMatchObject([{ version: 1, runId }]);
  const version = versions[0]!;
  await registry.versions.verify(version);
  expect(await registry.versions.resolve(job.model, 'champion')).toEqual(version);
  expect(await registry.aliases.transitions(job.model, 'champion')).toMatchObject([{ from: null, to: 1 }]);

  const own = [version.digest, ...version.files.map((file) => file.sha256)].sort();
  const found = await blobsBelow(home);
  expect(found.filter((name) => !name.endsWith('.tmp'))).toEqual(own);
  // A killed writer's temporary file goes with the first garbage collection that finds it an hour old.
  const tomorrow = await openRegistry({ home, clock: () => Date.now() + 86_400_000 });
  await tomorrow.collectGarbage({ keepLast: 1, graceMs: 0 });
  await tomorrow.close();
  expect(await blobsBelow(home)).toEqual(own);
}

async function blobsBelow(home: string): Promise<string[]> {
  const entries = await readdir(join(home, 'artifacts'), { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? [entry.name] : [])).sort();
}

/** Twice as large as what a run writes, because a file is replaced by another beside it. Null where it cannot be had. */
async function mountSmallDisk(): Promise<string | null> {
  const folder = await mkdtemp(join(tmpdir(), 'flightdeck-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=96m', 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    console.warn(
      `NOT TESTED: a training that fills the disk. Mounting a small disk needs root: ${messageOf(error)}`,
    );
    await rmdir(folder);
    return null;
  }
  afterAll(async () => {
    execFileSync('umount', [folder]);
    await rmdir(folder);
  });
  return folder;
}

/** Leaves `bytes` of the disk on which `folder` is. Returns the file that takes up the rest. */
async function fillAllBut(folder: string, bytes: number): Promise<string> {
  const { bavail, bsize } = await statfs(folder);
  const filler = join(folder, 'filler');
  await writeFile(filler, Buffer.alloc(bavail * bsize - bytes));
  return filler;
}
