import { beforeEach, describe, expect, it } from 'vitest';
import type { Artifacts } from './artifacts.ts';
import { engineAt, openDatabase } from './database.ts';
import { move, registerToys, startRun, toyRegistration } from './fixtures.ts';
import { type Place, places } from './places.fixture.ts';
import { registerVersion } from './registration.ts';
import { openRegistry, type Registry } from './registry.ts';

describe.each(places)('$kind,', ({ fresh }) => {
  let place: Place;
  let registry: Registry;
  beforeEach(async () => {
    place = await fresh();
    registry = await openRegistry({ ...place.location, clock: () => 0 });
    return () => registry.close();
  });

  describe('what registration refuses', () => {
    it.each(['', 'Flight', 'a/b', '-a', '../x', 'a b', 'x'.repeat(64)])(
      'the model name "%s"',
      async (model) => {
        const registering = registry.versions.register({ ...toyRegistration(1), model });
        await expect(registering).rejects.toMatchObject({ code: 'MODEL_NAME_INVALID' });
        await expect(registering).rejects.toThrow(`"${model}"`);
      },
    );

    it.each(['../x', '/x', 'a/../x', 'a\\b', '', '.', '..', 'a//b', 'a/', '.hidden', 'a\0b', 'C:x'])(
      'the path %j, and stores nothing',
      async (path) => {
        const registering = registry.versions.register({ ...toyRegistration(1), files: { [path]: 'x' } });
        await expect(registering).rejects.toMatchObject({ code: 'BUNDLE_PATH_INVALID' });
        expect(await (await place.artifacts()).list()).toEqual([]);
      },
    );

    it('a file that is the folder of another, and a bundle without files', async () => {
      const files = { a: 'x', 'a/b': 'y' };
      await expect(registry.versions.register({ ...toyRegistration(1), files })).rejects.toThrow('"a"');
      const empty = registry.versions.register({ ...toyRegistration(1), files: {} });
      await expect(empty).rejects.toMatchObject({ code: 'BUNDLE_EMPTY' });
    });

    it('a run that was never started', async () => {
      const registering = registry.versions.register(toyRegistration(1));
      await expect(registering).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
      expect(await registry.models.list()).toEqual([]);
    });
  });

  describe('registration', () => {
    it('numbers the versions of each model from 1 and reads back what was registered', async () => {
      await registerToys(registry, 2);
      await registerToys(registry, 1, 'other');
      const version = await registry.versions.get('toy', 2);
      expect(version).toMatchObject({
        model: 'toy',
        version: 2,
        runId: 'run-toy',
        metrics: { rocAuc: 0.78 },
        gate: { verdict: 'pass', reasons: ['better than the champion'] },
        bytes: 5 + 6 + 10,
        createdBy: 'test',
        createdAt: '1970-01-01T00:00:00.000Z',
        deletedAt: null,
      });
      expect(version.files.map((file) => file.path)).toEqual([
        'MODEL_CARD.md',
        'model.onnx',
        'plots/roc.json',
      ]);
      expect((await registry.versions.list('toy')).map((one) => one.version)).toEqual([2, 1]);
      expect((await registry.versions.list('other')).map((one) => one.version)).toEqual([1]);
    });

    it('lists a page of versions, and an empty one below the first', async () => {
      await registerToys(registry, 5);
      const page = async (of: { limit?: number; before?: number }) =>
        (await registry.versions.list('toy', of)).map(({ version }) => version);
      await expect(registry.versions.list('toi', { limit: 2 })).rejects.toMatchObject({
        code: 'MODEL_NOT_FOUND',
      });
      expect(await page({ limit: 2 })).toEqual([5, 4]);
      expect(await page({ limit: 2, before: 4 })).toEqual([3, 2]);
      expect(await page({ before: 1 })).toEqual([]);
    });

    it('finds what came of runs, deleted versions too', async () => {
      await registerToys(registry, 2);
      await registerToys(registry, 1, 'other');
      await registry.collectGarbage({ keepLast: 1, graceMs: 0 });
      expect(await registry.versions.ofRuns([])).toEqual([]);
      expect(await registry.versions.ofRuns(['run-toy', 'run-nobody'])).toEqual([
        { model: 'toy', version: 1, runId: 'run-toy', deletedAt: '1970-01-01T00:00:00.000Z' },
        { model: 'toy', version: 2, runId: 'run-toy', deletedAt: null },
      ]);
    });

    it('returns the version that the same content already is', async () => {
      await startRun(registry);
      const first = await registry.versions.register(toyRegistration(1));
      const [again, atOnce] = await Promise.all([
        registry.versions.register({ ...toyRegistration(1), createdBy: 'retry' }),
        registry.versions.register(toyRegistration(1)),
      ]);
      expect(again).toEqual(first);
      expect(atOnce).toEqual(first);
      expect(await registry.versions.list('toy')).toHaveLength(1);
    });

    it('gives the same bundle the same digest in another registry', async () => {
      const other = await openRegistry((await fresh()).location);
      await registerToys(registry, 1);
      await registerToys(other, 1);
      expect((await other.versions.get('toy', 1)).digest).toBe(
        (await registry.versions.get('toy', 1)).digest,
      );
      await other.close();
    });

    it('stores again what garbage collection took before the row was in', async () => {
      await startRun(registry);
      const db = await openDatabase(await engineAt(place.location));
      const version = await registerVersion(db, await losingPuts(1), () => 0, toyRegistration(1));
      await registry.versions.verify(version);
      await db.destroy();
    });

    it('gives up, with no row, when blobs keep vanishing', async () => {
      await startRun(registry);
      const db = await openDatabase(await engineAt(place.location));
      const registering = registerVersion(db, await losingPuts(100), () => 0, toyRegistration(1));
      await expect(registering).rejects.toMatchObject({ code: 'BUNDLE_INCOMPLETE', retryable: true });
      expect(await registry.models.list()).toEqual([]);
      await db.destroy();
    });

    /** The real store, but the first `times` blobs are collected as soon as they are put. */
    async function losingPuts(times: number): Promise<Artifacts> {
      const artifacts = await place.artifacts();
      let losses = 0;
      return {
        ...artifacts,
        async put(data) {
          const hash = await artifacts.put(data);
          if (losses++ < times) await artifacts.delete(hash);
          return hash;
        },
      };
    }

    it('cannot have two living rows for one content, or a row without a run', async () => {
      const insert = (version: number, run: string) =>
        place.execute(
          `insert into versions values ('toy', ${version}, 'd', '${run}', '{}', '{}', '[]', 0, 'x', 'x', null)`,
        );
      await expect(insert(1, 'no-such-run')).rejects.toThrow(/foreign key/i);
      await place.execute(
        `insert into runs values ('r', 'toy', 'running', 1, '{}', '{}', '{}', null, 'x', null)`,
      );
      await insert(1, 'r');
      await expect(insert(2, 'r')).rejects.toThrow(/unique/i);
    });
  });

  describe('resolving a version', () => {
    it('lists the models that exist when one does not', async () => {
      await expect(registry.versions.resolve('toy', 'champion')).rejects.toThrow(/flightdeck train/);
      await registerToys(registry, 1);
      const resolving = registry.versions.resolve('toi', 'champion');
      await expect(resolving).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
      await expect(resolving).rejects.toThrow('No model is called toi. The registry has toy.');
    });

    it('names the alias that is not set, and the versions there are', async () => {
      await registerToys(registry, 2);
      const noAlias = registry.versions.resolve('toy', 'champion');
      await expect(noAlias).rejects.toMatchObject({ code: 'ALIAS_NOT_SET' });
      await expect(noAlias).rejects.toThrow(
        'No version of toy has the alias champion. Train one with `npx flightdeck train`',
      );
      const noVersion = registry.versions.resolve('toy', 'v7');
      await expect(noVersion).rejects.toMatchObject({ code: 'VERSION_NOT_FOUND' });
      await expect(noVersion).rejects.toThrow('toy has no version 7: it has 2, 1.');
      await expect(registry.versions.resolve('toy', 'No!')).rejects.toMatchObject({
        code: 'ALIAS_NAME_INVALID',
      });
    });

    it('says when a version was deleted', async () => {
      await registerToys(registry, 2);
      await registry.collectGarbage({ keepLast: 1, graceMs: 0 });
      const deleted = registry.versions.resolve('toy', '1');
      await expect(deleted).rejects.toMatchObject({ code: 'VERSION_DELETED' });
      await expect(deleted).rejects.toThrow(/1970-01-01/);
      await registry.collectGarbage({ keepLast: 0, graceMs: 0 });
      await expect(registry.versions.resolve('toy', 'latest')).rejects.toThrow(
        'all of its versions were deleted',
      );
    });

    it('takes an alias, a number with or without v, and latest', async () => {
      await registerToys(registry, 3);
      await registry.aliases.set({ ...move, version: 2 });
      const numberOf = async (reference: string) =>
        (await registry.versions.resolve('toy', reference)).version;
      expect(await Promise.all(['champion', '1', 'v1', 'latest'].map(numberOf))).toEqual([2, 1, 1, 3]);
      expect(await registry.models.list()).toEqual([
        { name: 'toy', versions: 3, aliases: { champion: 2 }, latest: 3 },
      ]);
    });
  });
});
