import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { manualClock } from '@flightdeck/core';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { move, registerToys, startRun, toyRegistration } from './fixtures.ts';
import { inFiles, type Place, places } from './places.fixture.ts';
import { openRegistry, type Registry } from './registry.ts';
import { rollbackTarget, type Transition } from './transitions.ts';

const clock = manualClock(1_000_000_000_000);
describe.each(places)('$kind,', ({ fresh, isRemote }) => {
  let place: Place;
  let registry: Registry;
  beforeEach(async () => {
    place = await fresh();
    registry = await openRegistry({ ...place.location, clock });
    return () => registry.close();
  });

  const blobs = async () => (await place.artifacts()).list();
  const living = async (model = 'toy') =>
    (await registry.versions.list(model)).filter((one) => one.deletedAt === null).map((one) => one.version);

  describe('what garbage collection refuses', () => {
    it.each([
      { keepLast: Number.NaN },
      { keepLast: -1 },
      { keepLast: 1.5 },
      { graceMs: Number.NaN },
      { graceMs: -1 },
    ])('%j, and takes nothing', async (wrong) => {
      await registerToys(registry, 2);
      const collecting = registry.collectGarbage({ keepLast: 1, graceMs: 0, ...wrong });
      await expect(collecting).rejects.toMatchObject({ code: 'GARBAGE_OPTIONS_INVALID' });
      expect(await living()).toEqual([2, 1]);
    });

    it('a model that does not exist', async () => {
      const collecting = registry.collectGarbage({ keepLast: 1, graceMs: 0, model: 'toi' });
      await expect(collecting).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
    });
  });

  describe('garbage collection', () => {
    it('keeps the newest, the aliases, the way back of each, and what endpoints name by number', async () => {
      await registerToys(registry, 7);
      await registry.aliases.set({ ...move, version: 1 });
      await registry.aliases.set({ ...move, version: 2 });
      await registry.aliases.set({ ...move, version: 3 });
      await registry.endpoints.put({ name: 'pinned', model: 'toy', traffic: [{ target: 'v4', weight: 1 }] });
      const { versions } = await registry.collectGarbage({ keepLast: 1, graceMs: 0 });
      expect(versions.map(({ version }) => version)).toEqual([6, 5, 1]);
      expect(await living()).toEqual([7, 4, 3, 2]);
    });

    it('leaves other models alone when one is named, and the blobs that versions share', async () => {
      await registerToys(registry, 2);
      await registerToys(registry, 2, 'other');
      const { versions } = await registry.collectGarbage({ keepLast: 0, graceMs: 0, model: 'toy' });
      expect(versions).toHaveLength(2);
      expect(await living('other')).toEqual([2, 1]);
      for (const version of await registry.versions.list('other')) await registry.versions.verify(version);
    });

    it('says what would go, and takes the same when it is meant', async () => {
      await registerToys(registry, 3);
      const before = await blobs();
      const options = { keepLast: 1, graceMs: 0 };
      const planned = await registry.collectGarbage({ ...options, dryRun: true });
      expect(await blobs()).toEqual(before);
      expect(await living()).toEqual([3, 2, 1]);
      expect(await registry.collectGarbage(options)).toEqual(planned);
      expect(planned.blobs).toHaveLength(2 * 3);
      expect(planned.bytes).toBeGreaterThan(0);
      expect(await blobs()).toHaveLength(before.length - planned.blobs.length);
    });

    it('leaves young blobs, and takes them when they are old; a blob that is put again is young again', async () => {
      await registerToys(registry, 1);
      clock.advance(1_000);
      expect((await registry.collectGarbage({ keepLast: 0, graceMs: 1_001 })).blobs).toEqual([]);
      await registry.versions.register({ ...toyRegistration(2), files: { 'MODEL_CARD.md': '# Toy\n' } });
      await registry.collectGarbage({ keepLast: 0, graceMs: 1_000 });
      // Of version 1 nothing is left but the card, which version 2 put again.
      expect(await blobs()).toHaveLength(2);
      clock.advance(1_000);
      await registry.collectGarbage({ keepLast: 0, graceMs: 1_000 });
      expect(await blobs()).toEqual([]);
    });

    it('gives content that comes back a new number', async () => {
      await registerToys(registry, 1);
      await registry.collectGarbage({ keepLast: 0, graceMs: 0 });
      const again = await registry.versions.register(toyRegistration(1));
      expect(again.version).toBe(2);
      await registry.versions.verify(again);
      await expect(registry.versions.resolve('toy', 'v1')).rejects.toMatchObject({ code: 'VERSION_DELETED' });
    });
  });

  describe('whatever happens in whatever order', () => {
    const model = fc.constantFrom('toy', 'toy', 'toy', 'other');
    const alias = fc.constantFrom('champion', 'challenger');
    const version = fc.integer({ min: 1, max: 4 });
    const command = fc.oneof(
      { arbitrary: fc.record({ do: fc.constant('register' as const), model, seed: version }), weight: 4 },
      { arbitrary: fc.record({ do: fc.constant('set' as const), model, alias, version }), weight: 3 },
      { arbitrary: fc.record({ do: fc.constant('rollback' as const), model, alias }), weight: 2 },
      { arbitrary: fc.record({ do: fc.constant('endpoint' as const), model, version }), weight: 1 },
      {
        arbitrary: fc.record({
          do: fc.constant('collect' as const),
          keepLast: fc.integer({ min: 0, max: 2 }),
          graceMs: fc.constantFrom(0, 2_500),
          model: fc.option(model, { nil: undefined }),
        }),
        weight: 2,
      },
    );
    type Command = typeof command extends fc.Arbitrary<infer Value> ? Value : never;

    // What a command may legitimately be refused for; anything else fails the test.
    const refusals = [
      'MODEL_NOT_FOUND',
      'VERSION_NOT_FOUND',
      'VERSION_DELETED',
      'ALIAS_NOT_SET',
      'NOTHING_TO_ROLL_BACK',
    ];

    async function perform(on: Registry, { do: action, ...given }: Command & Record<string, unknown>) {
      const command = { do: action, ...given } as Command;
      if (command.do === 'register') await on.versions.register(toyRegistration(command.seed, command.model));
      if (command.do === 'set') await on.aliases.set({ ...move, ...pick(command), version: command.version });
      if (command.do === 'rollback') await on.aliases.rollback({ ...move, ...pick(command) });
      if (command.do === 'endpoint') {
        const traffic = [{ target: `v${command.version}`, weight: 1 }];
        await on.endpoints.put({ name: `${command.model}-pinned`, model: command.model, traffic });
      }
      if (command.do === 'collect') await on.collectGarbage(command);
    }

    const numRuns = isRemote ? 8 : 30;

    it('every living version can be read, and so can what an alias, an endpoint or a rollback leads to', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(command, { minLength: 15, maxLength: 35 }), async (commands) => {
          const registry = await openRegistry({ ...(await fresh()).location, clock });
          await startRun(registry, 'toy');
          await startRun(registry, 'other');
          for (const one of commands) {
            clock.advance(1_000);
            const waysBack = await rollbacks(registry);
            await perform(registry, one).catch((error: { code?: string }) => {
              if (!refusals.includes(error.code ?? '')) throw error;
            });
            await expectWhole(registry);
            if (one.do === 'collect') expect(await rollbacks(registry)).toEqual(waysBack);
          }
          await registry.close();
        }),
        { numRuns },
      );
    }, 60_000);

    async function expectWhole(of: Registry): Promise<void> {
      for (const { name, aliases } of await of.models.list()) {
        for (const one of await of.versions.list(name)) {
          if (one.deletedAt === null) await of.versions.verify(one);
        }
        for (const alias of Object.keys(aliases)) await of.versions.resolve(name, alias);
      }
      for (const endpoint of await of.endpoints.list()) {
        for (const { target } of endpoint.traffic) await of.versions.resolve(endpoint.model, target);
      }
    }

    /** Where a rollback of each alias would lead now. */
    async function rollbacks(of: Registry): Promise<readonly (number | undefined)[]> {
      const targets: (number | undefined)[] = [];
      for (const { name, aliases } of await of.models.list()) {
        const alive = (await of.versions.list(name)).filter((one) => one.deletedAt === null);
        for (const alias of Object.keys(aliases)) {
          const log: readonly Transition[] = await of.aliases.transitions(name, alias);
          targets.push(rollbackTarget(log, (wanted) => alive.some((one) => one.version === wanted))?.to);
        }
      }
      return targets;
    }

    function pick({ model, alias }: { model: string; alias: string }) {
      return { model, alias };
    }
  });
});

it('drops what killed writers left behind in a folder', async () => {
  const { location, artifacts } = await inFiles.fresh();
  const registry = await openRegistry({ ...location, clock });
  await registerToys(registry, 1);
  const [blob] = await (await artifacts()).list();
  const folder = join(location.home, 'artifacts', 'sha256', blob!.sha256.slice(0, 2));
  await writeFile(join(folder, 'half.tmp'), 'half');
  // The file has the disk's time, which is later than this test's clock.
  clock.advance(Date.now() + 3_600_000);
  await registry.collectGarbage({ keepLast: 1, graceMs: 0 });
  expect(await readdir(folder)).not.toContain('half.tmp');
  await registry.close();
});
