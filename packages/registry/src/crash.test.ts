import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '@flightdeck/core';
import { describe, expect, it } from 'vitest';
import { registerToys } from './fixtures.ts';
import { type Place, places } from './places.fixture.ts';
import type { Promotion, PromotionResult } from './promote.child.ts';
import { openRegistry } from './registry.ts';

const rounds = 10;
const startChild = (file: string, ...args: string[]) =>
  fork(fileURLToPath(new URL(file, import.meta.url)), args, { execArgv: [] });

describe.each(places)('$kind,', ({ fresh }) => {
  it('two processes that register and collect garbage, killed 20 times at random moments, leave nothing half done', async () => {
    const place = await fresh();
    const random = seededRandom(20);
    await (await openRegistry(place.location)).close();
    for (let round = 0; round < rounds; round++) {
      const first = round * 1_000;
      // In even rounds both register the same contents and meet each other's versions, in odd ones each has its own.
      const starts = [first, round % 2 === 0 ? first : first + 500];
      const children = starts.map((start) =>
        startChild('./register.child.ts', JSON.stringify(place.location), String(start)),
      );
      await Promise.all(children.map((child) => once(child, 'message')));
      for (const child of children) {
        // A random moment cannot be awaited otherwise: this wait chooses where the knife falls.
        await wait(random.integer(30));
        await kill(child);
      }
      await expectWhole(place);
    }
    await collectAll(place);
    await expectWhole(place);
  }, 120_000);

  it('of two processes that promote at once one wins every round, and the other learns who was faster', async () => {
    const place = await fresh();
    const registry = await openRegistry(place.location);
    await registerToys(registry, 3);
    const children = ['ada', 'bob'].map((actor) =>
      startChild('./promote.child.ts', JSON.stringify(place.location), actor),
    );
    await Promise.all(children.map((child) => once(child, 'message')));
    let current: number | null = null;
    for (let round = 0; round < rounds; round++) {
      const rivals = [1, 2, 3].filter((version) => version !== current).slice(0, 2);
      const answers = children.map((child) => once(child, 'message') as Promise<[PromotionResult]>);
      children.forEach((child, index) => {
        child.send({ version: rivals[index]!, expected: current } satisfies Promotion);
      });
      const results = (await Promise.all(answers)).map(([result]) => result);
      const winner = results.find((result) => result.won);
      const loser = results.find((result) => !result.won);
      expect(loser).toMatchObject({ code: 'ALIAS_MOVED' });
      expect(loser?.message).toContain(`${winner?.actor} moved it to version ${winner?.version}`);
      current = (await registry.versions.resolve('toy', 'champion')).version;
      expect(current).toBe(winner?.version);
    }
    expect(await registry.aliases.transitions('toy', 'champion')).toHaveLength(rounds);
    for (const child of children) child.disconnect();
    await Promise.all(children.map((child) => once(child, 'exit')));
    await registry.close();
  }, 60_000);
});

async function kill(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  expect((await exit)[1]).toBe('SIGKILL');
}

/** Every visible version can be read, numbers run from 1 without gap or duplicate, and no content is there twice. */
async function expectWhole(place: Place): Promise<void> {
  const registry = await openRegistry(place.location);
  const versions = await registry.versions.list('toy');
  expect(versions.map(({ version }) => version)).toEqual(versions.map((_, index) => versions.length - index));
  const living = versions.filter((version) => version.deletedAt === null);
  for (const version of living) await registry.versions.verify(version);
  expect(living.length).toBeGreaterThan(0);
  expect(new Set(living.map(({ digest }) => digest)).size).toBe(living.length);
  await registry.close();
}

/** What the killed left behind is garbage like any other, once nobody can be at work on it: a day later. */
async function collectAll(place: Place): Promise<void> {
  const registry = await openRegistry({ ...place.location, clock: () => Date.now() + 86_400_000 });
  await registry.collectGarbage({ keepLast: 1, graceMs: 0 });
  const [living] = await registry.versions.list('toy');
  const names = (await (await place.artifacts()).list()).map((blob) => blob.sha256);
  expect(names.sort()).toEqual([living!.digest, ...living!.files.map((file) => file.sha256)].sort());
  await registry.close();
}
