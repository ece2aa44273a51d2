import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { move, registerToys } from './fixtures.ts';
import { type Place, places } from './places.fixture.ts';
import { openRegistry, type Registry } from './registry.ts';
import { rollbackTarget, standing, type Transition } from './transitions.ts';

describe.each(places)('$kind,', ({ fresh }) => {
  let place: Place;
  let registry: Registry;
  beforeEach(async () => {
    place = await fresh();
    registry = await openRegistry({ ...place.location, clock: () => 0 });
    await registerToys(registry, 4);
    return () => registry.close();
  });

  const set = (version: number, expected?: number | null) =>
    registry.aliases.set({ ...move, version, ...(expected === undefined ? {} : { expected }) });
  const champion = async () => (await registry.versions.resolve('toy', 'champion')).version;

  describe('a move that is refused', () => {
    it('names a version that does not exist, and one that was deleted', async () => {
      await expect(set(9)).rejects.toMatchObject({ code: 'VERSION_NOT_FOUND' });
      await registry.collectGarbage({ keepLast: 1, graceMs: 0 });
      await expect(set(1)).rejects.toMatchObject({ code: 'VERSION_DELETED' });
      const unknown = registry.aliases.set({ ...move, model: 'toi', version: 1 });
      await expect(unknown).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
    });

    it.each(['3', 'v3', '03', 'latest', 'Champion', ''])(
      'the alias "%s", which could mean something else',
      async (alias) => {
        const setting = registry.aliases.set({ ...move, alias, version: 1 });
        await expect(setting).rejects.toMatchObject({ code: 'ALIAS_NAME_INVALID' });
      },
    );

    it('needs an actor and a reason', async () => {
      const setting = registry.aliases.set({ ...move, reason: ' ', version: 1 });
      await expect(setting).rejects.toMatchObject({ code: 'REASON_MISSING' });
    });

    it('tells who moved the alias in the meantime, to what, when and why', async () => {
      await set(1);
      await set(2, 1);
      const late = set(3, 1);
      await expect(late).rejects.toMatchObject({ code: 'ALIAS_MOVED' });
      await expect(late).rejects.toThrow(
        'champion of toy was expected to be at version 1, but ada moved it to version 2 at 1970-01-01T00:00:00.000Z',
      );
      await expect(set(3, null)).rejects.toThrow('expected to be at no version');
      const unset = registry.aliases.set({ ...move, alias: 'challenger', version: 1, expected: 2 });
      await expect(unset).rejects.toThrow('it has never been set');
      expect(await champion()).toBe(2);
    });

    it('by two at once who expect the same happens once', async () => {
      await set(1);
      const settled = await Promise.allSettled([set(2, 1), set(3, 1)]);
      expect(settled.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(settled.find((result) => result.status === 'rejected')).toMatchObject({
        reason: { code: 'ALIAS_MOVED' },
      });
    });
  });

  describe('a move', () => {
    it('is logged with who, why and on what evidence', async () => {
      await registry.aliases.set({ ...move, version: 1, evidence: { delta: [0.01, 0.02] } });
      await set(2);
      expect(await registry.aliases.transitions('toy', 'champion')).toEqual([
        {
          ...move,
          id: 1,
          from: null,
          to: 1,
          restores: null,
          at: '1970-01-01T00:00:00.000Z',
          evidence: { delta: [0.01, 0.02] },
        },
        { ...move, id: 2, from: 1, to: 2, restores: null, at: '1970-01-01T00:00:00.000Z', evidence: null },
      ]);
      expect((await registry.aliases.list('toy')).map(({ alias, to }) => [alias, to])).toEqual([
        ['champion', 2],
      ]);
    });

    it('that was made already is returned, not repeated: a retried job is safe', async () => {
      await set(1);
      const done = await set(2, 1);
      expect(await set(2, 1)).toEqual(done);
      expect(await registry.aliases.transitions('toy', 'champion')).toHaveLength(2);
    });
  });

  describe('the transition log', () => {
    it('is read page by page, newest first, of one alias or of all of a model', async () => {
      for (const version of [1, 2, 3]) await set(version);
      await registry.aliases.set({ ...move, alias: 'challenger', version: 4 });
      const page = async (of: { alias?: string; limit?: number; before?: number }) =>
        (await registry.aliases.log('toy', of)).map(({ alias, to }) => `${alias} ${to}`);
      expect(await page({ limit: 2 })).toEqual(['challenger 4', 'champion 3']);
      expect(await page({ limit: 2, before: 3 })).toEqual(['champion 2', 'champion 1']);
      expect(await page({ alias: 'champion', limit: 1 })).toEqual(['champion 3']);
      expect(await registry.aliases.log('toi')).toEqual([]);
    });

    it.each([
      "update alias_transitions set actor = 'nobody'",
      'delete from alias_transitions',
      `insert into alias_transitions values (1, 'toy', 'champion', null, 2, null, '', 'x', 'x', null)
       on conflict (id) do update set to_version = 2`,
    ])('cannot be rewritten, by whatever program: %s', async (statement) => {
      const before = await set(1);
      await expect(place.execute(statement)).rejects.toThrow('alias_transitions is append-only');
      expect(await registry.aliases.transitions('toy', 'champion')).toEqual([before]);
    });
  });

  describe('rollback', () => {
    const rollback = (expected?: number) =>
      registry.aliases.rollback({ ...move, reason: 'it is worse', ...(expected ? { expected } : {}) });

    it('is refused where there is nothing to go back to', async () => {
      await expect(rollback()).rejects.toMatchObject({ code: 'ALIAS_NOT_SET' });
      await set(1);
      const back = rollback();
      await expect(back).rejects.toMatchObject({ code: 'NOTHING_TO_ROLL_BACK' });
      await expect(back).rejects.toThrow('champion of toy is at version 1');
    });

    it('walks further back each time, and does not go to and fro', async () => {
      for (const version of [1, 2, 3]) await set(version);
      expect(await rollback()).toMatchObject({ from: 3, to: 2, restores: 2, reason: 'it is worse' });
      expect(await rollback()).toMatchObject({ from: 2, to: 1, restores: 1 });
      await expect(rollback()).rejects.toMatchObject({ code: 'NOTHING_TO_ROLL_BACK' });
      expect(await champion()).toBe(1);
    });

    it('forgets a version that was rolled back when a new one is promoted', async () => {
      for (const version of [1, 2]) await set(version);
      await rollback();
      await set(3);
      await rollback();
      expect(await champion()).toBe(1);
    });

    it('passes over a version that was deleted', async () => {
      for (const version of [1, 2, 3, 4]) await set(version);
      await registry.aliases.set({ ...move, alias: 'pinned', version: 1 });
      // Of 4 (champion), 3 (its way back), 2 and 1 (pinned), only 2 goes.
      const { versions } = await registry.collectGarbage({ keepLast: 0, graceMs: 0 });
      expect(versions).toEqual([{ model: 'toy', version: 2 }]);
      await rollback();
      expect(await rollback()).toMatchObject({ from: 3, to: 1 });
    });

    it('by two at once happens once', async () => {
      for (const version of [1, 2, 3]) await set(version);
      const settled = await Promise.allSettled([rollback(3), rollback(3)]);
      expect(settled.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(await champion()).toBe(2);
    });
  });
});

it('rolling back is undoing: after any moves, it visits the standing versions backwards', () => {
  // A reference that keeps an undo stack by itself, instead of reading the log.
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constant('back' as const))), (steps) => {
      let log: readonly Transition[] = [];
      let undo: number[] = [];
      const base = { ...move, at: '', evidence: null, from: null };
      for (const step of steps) {
        const id = log.length + 1;
        if (step === 'back') {
          const target = rollbackTarget(log, () => true);
          const expected = undo.at(-2);
          expect(target?.to).toBe(expected);
          if (!target) continue;
          undo = undo.slice(0, -1);
          log = [...log, { ...base, id, to: target.to, restores: target.id }];
        } else if (step !== undo.at(-1)) {
          undo = [...undo, step];
          log = [...log, { ...base, id, to: step, restores: null }];
        }
        expect(standing(log).map((transition) => transition.to)).toEqual(undo);
      }
    }),
  );
});
