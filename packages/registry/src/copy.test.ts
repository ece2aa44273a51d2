import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { copiedTables } from './copied-tables.ts';
import { copyRegistry, type RegistryCopy } from './copy.ts';
import { engineAt, openDatabase } from './database.ts';
import { move, registerToys, startRun, toyRegistration } from './fixtures.ts';
import type { RegistryLocation } from './location.ts';
import { inFiles, onServers, type Place } from './places.fixture.ts';
import { openRegistry, type Registry } from './registry.ts';

const clock = () => 1_000;
const copy = (from: Place, to: Place) => copyRegistry(from.location, to.location, { clock });

/** Something in every table, a rollback, a deleted version and a hole in the blobs with it. */
async function fill(location: RegistryLocation): Promise<void> {
  const registry = await openRegistry({ ...location, clock: () => 0 });
  await registerToys(registry, 5);
  await registry.runs.logMetrics('run-toy', [
    { name: 'loss', step: 1, value: 0.1 + 0.2 },
    { name: 'loss', step: 2, value: 5e-324 },
  ]);
  for (const version of [3, 4, 5])
    await registry.aliases.set({ ...move, version, evidence: { text: 'é\u0000"' } });
  await registry.aliases.rollback({ ...move, reason: 'it is worse' });
  await registry.collectGarbage({ keepLast: 1, graceMs: 0 });
  await registry.decisions.append({
    model: 'toy',
    kind: 'skip',
    actor: 'ada',
    reason: 'calm',
    evidence: null,
  });
  const window = { from: '2001-05-01T00:00:00.000Z', until: '2001-05-02T00:00:00.000Z' };
  await registry.reports.put({
    endpoint: 'toy',
    model: 'toy',
    version: 4,
    ...window,
    verdict: 'ok',
    content: {},
  });
  await registry.rollouts.start('r1', 'toy', { step: 1 });
  await registry.experiments.start('e1', 'toy', {});
  await registry.close();
}

/** All that can be asked, but for places. */
async function contentOf({ location }: Place) {
  const registry = await openRegistry(location);
  const versions = await registry.versions.list('toy');
  for (const version of versions.filter(({ deletedAt }) => deletedAt === null))
    await registry.versions.verify(version);
  const content = {
    versions,
    runs: await registry.runs.list(),
    series: await registry.runs.metricSeries('run-toy'),
    transitions: await registry.aliases.transitions('toy', 'champion'),
    endpoints: await registry.endpoints.list(),
    decisions: await registry.decisions.list(),
    reports: await registry.reports.list(),
    procedures: [await registry.rollouts.list(), await registry.experiments.list()],
  };
  await registry.close();
  return content;
}

it('knows every table: one that is added must be copied too', async () => {
  const db = await openDatabase(await engineAt((await inFiles.fresh()).location));
  const names = (await db.introspection.getTables()).map(({ name }) => name);
  expect(names.sort()).toEqual([...copiedTables, 'blob_guard'].sort());
  await db.destroy();
});

describe.each([
  ['from files to servers', inFiles, onServers],
  ['from servers to files', onServers, inFiles],
])('a copy %s', (_name, here, there) => {
  it('is refused where the target holds another registry, which it leaves as it is', async () => {
    const [from, to] = [await here.fresh(), await there.fresh()];
    await fill(from.location);
    const other = await openRegistry(to.location);
    await startRun(other, 'other');
    const copying = copy(from, to);
    await expect(copying).rejects.toMatchObject({ code: 'REGISTRY_NOT_EMPTY' });
    await expect(copying).rejects.toThrow(/its row "run-other" of runs is not here/);
    expect(await other.runs.list()).toHaveLength(1);
    expect(await (await to.artifacts()).list()).toEqual([]);
    await other.close();
  });

  it('is refused where the target has gone its own way since an earlier copy', async () => {
    const [from, to] = [await here.fresh(), await there.fresh()];
    await fill(from.location);
    await copy(from, to);
    await withRegistry(to, (registry) => registry.aliases.set({ ...move, version: 5, reason: 'there' }));
    await expect(copy(from, to)).rejects.toMatchObject({ code: 'REGISTRY_NOT_EMPTY' });
  });

  it('is refused where a file of the source is damaged, and no row arrives', async () => {
    const [from, to] = [await here.fresh(), await there.fresh()];
    await fill(from.location);
    const { digest } = await withRegistry(from, ({ versions }) => versions.resolve('toy', 'champion'));
    await from.damage(digest, '[]');
    await expect(copy(from, to)).rejects.toMatchObject({ code: 'BUNDLE_TAMPERED' });
    expect(await withRegistry(to, ({ runs }) => runs.list())).toEqual([]);
  });

  it('holds the same: ids, logs, times, numbers to the last bit', async () => {
    const [from, to] = [await here.fresh(), await there.fresh()];
    await fill(from.location);
    const report = await copy(from, to);
    expect(await contentOf(to)).toEqual(await contentOf(from));
    expect(rowsIn(report)).toEqual({
      ...{ runs: 1, run_metrics: 2, versions: 5, alias_transitions: 4, endpoints: 1 },
      ...{ decisions: 1, reports: 1, rollouts: 1, experiments: 1 },
    });
    expect(report.blobs).toEqual({ all: report.blobs.copied, copied: expect.any(Number) });
    // The log goes on from its last number, and cannot be rewritten there either.
    const next = await withRegistry(to, ({ aliases }) => aliases.set({ ...move, version: 5 }));
    expect(next.id).toBe(5);
    await expect(to.execute('delete from alias_transitions')).rejects.toThrow(/append-only/);
  });

  it('is done again without effect, and brings what is new since', async () => {
    const [from, to] = [await here.fresh(), await there.fresh()];
    await fill(from.location);
    const first = await copy(from, to);
    expect(await copy(from, to)).toEqual({ ...first, blobs: { ...first.blobs, copied: 0 } });
    await withRegistry(from, (registry) => registry.versions.register(toyRegistration(9)));
    expect((await copy(from, to)).blobs).toEqual({ all: first.blobs.all + 3, copied: 3 });
    expect(await contentOf(to)).toEqual(await contentOf(from));
  });

  it('that is killed at any moment leaves all rows or none, and the next one goes on', async () => {
    const [from, to] = [await here.fresh(), await there.fresh()];
    await withRegistry(from, (registry) => registerToys(registry, 4));
    await (await openRegistry(to.location)).close();
    let rounds = 0;
    // Each round falls three steps later: among the blobs, about the rows, in the verification; the last one is left alone.
    for (let fall = 1; await fallsAt(fall, from, to); fall += 3) {
      rounds++;
      const arrived = await withRegistry(to, async ({ models }) => (await models.list())[0]?.versions ?? 0);
      expect([0, 4]).toContain(arrived);
    }
    // 4 versions have a manifest and two files each that are their own, and one in common; each is copied and verified. The last
    // falls may come too late.
    expect(rounds).toBeGreaterThan(6);
    expect(await contentOf(to)).toEqual(await contentOf(from));
  });
});

it('rows may go without the blobs, and blobs without the rows, but not neither', async () => {
  const from = await inFiles.fresh();
  const to = await onServers.fresh();
  await fill(from.location);
  const { databaseUrl, artifactsUrl, s3Endpoint } = to.location;
  const rowsOnly = { home: from.location.home, databaseUrl };
  expect((await copyRegistry(from.location, rowsOnly, { clock })).blobs.copied).toBe(0);
  const both = { ...rowsOnly, artifactsUrl, s3Endpoint };
  expect((await copyRegistry(rowsOnly, both, { clock })).blobs.copied).toBeGreaterThan(0);
  expect(await contentOf(to)).toEqual(await contentOf(from));
  await expect(copyRegistry(both, both, { clock })).rejects.toMatchObject({ code: 'COPY_TO_ITSELF' });
});

async function withRegistry<Result>({ location }: Place, work: (registry: Registry) => Promise<Result>) {
  const registry = await openRegistry({ ...location, clock });
  return work(registry).finally(() => registry.close());
}

function rowsIn({ tables }: RegistryCopy) {
  return Object.fromEntries(tables.map(({ table, rows }) => [table, rows]));
}

/** Copies in a process of its own and kills it when it has told of so many blobs. False: it ended before, as it should. */
async function fallsAt(steps: number, from: Place, to: Place): Promise<boolean> {
  const words = [from, to].map(({ location }) => JSON.stringify(location));
  const child = fork(fileURLToPath(new URL('./copy.child.ts', import.meta.url)), words, { execArgv: [] });
  let told = 0;
  child.on('message', () => {
    if (++told === steps) child.kill('SIGKILL');
  });
  const [code, signal] = await once(child, 'exit');
  if (signal === null) expect(code).toBe(0);
  return signal === 'SIGKILL';
}
