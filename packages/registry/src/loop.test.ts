import { beforeEach, describe, expect, it } from 'vitest';
import { type Place, places } from './places.fixture.ts';
import { openRegistry, type Registry } from './registry.ts';

describe.each(places)('$kind,', ({ fresh }) => {
  let place: Place;
  let registry: Registry;
  beforeEach(async () => {
    place = await fresh();
    registry = await openRegistry({ ...place.location, clock: () => 0 });
    return () => registry.close();
  });

  describe('decisions', () => {
    const skip = {
      model: 'toy',
      kind: 'skip',
      actor: 'controller',
      reason: 'the cooldown runs',
      evidence: { n: 1 },
    };

    it('without a reason are refused', () => {
      expect(() => registry.decisions.append({ ...skip, reason: ' ' })).toThrow(
        /needs a kind, a model, an actor/,
      );
    });

    it('are listed newest first, by model and kind, and can neither be changed nor deleted', async () => {
      await registry.decisions.append(skip);
      await registry.decisions.append({ ...skip, kind: 'retrain', evidence: null });
      await registry.decisions.append({ ...skip, model: 'other' });
      expect((await registry.decisions.list({ model: 'toy' })).map(({ kind }) => kind)).toEqual([
        'retrain',
        'skip',
      ]);
      expect(await registry.decisions.list({ model: 'toy', kind: 'skip' })).toEqual([
        { ...skip, id: 1, at: '1970-01-01T00:00:00.000Z' },
      ]);
      for (const statement of ["update decisions set reason = 'another'", 'delete from decisions'])
        await expect(place.execute(statement)).rejects.toThrow(/append-only/);
    });
  });

  it('a report that is made again takes the place of the first; other windows and versions stay', async () => {
    const report = {
      endpoint: 'toy',
      model: 'toy',
      version: 1,
      from: '2001-05-01T00:00:00.000Z',
      until: '2001-05-02T00:00:00.000Z',
      verdict: 'inconclusive',
      content: { labels: 3 },
    };
    await registry.reports.put(report);
    await registry.reports.put({ ...report, version: 2 });
    await registry.reports.put({ ...report, verdict: 'ok', content: { labels: 3_000 } });
    const found = await registry.reports.list({ endpoint: 'toy', version: 1 });
    expect(found).toMatchObject([{ verdict: 'ok', content: { labels: 3_000 } }]);
    expect(await registry.reports.list()).toHaveLength(2);
    const { content, ...head } = found[0]!;
    expect(await registry.reports.heads({ endpoint: 'toy', version: 1 })).toEqual([head]);
    expect(await registry.reports.find(head)).toEqual({ ...head, content });
    expect(await registry.reports.find({ ...head, version: 3 })).toBeUndefined();
  });

  describe('a rollout', () => {
    it('is started once under its id, and not beside another one of the endpoint', async () => {
      const first = await registry.rollouts.start('r1', 'toy', { step: 0 });
      expect(await registry.rollouts.start('r1', 'toy', { step: 5 })).toEqual(first);
      const second = registry.rollouts.start('r2', 'toy', {});
      await expect(second).rejects.toMatchObject({ code: 'PROCEDURE_RUNNING' });
      await expect(second).rejects.toThrow('r1');
      await registry.rollouts.save(first, { status: 'rolled-back', content: { step: 1 } });
      await registry.rollouts.start('r2', 'toy', {});
      expect((await registry.rollouts.running('toy'))?.id).toBe('r2');
      expect(await registry.rollouts.running('other')).toBeUndefined();
    });

    it('is saved by whoever has read its latest state, and by nobody else', async () => {
      const read = await registry.rollouts.start('r1', 'toy', { step: 0 });
      const saved = await registry.rollouts.save(read, { status: 'running', content: { step: 1 } });
      expect(saved).toMatchObject({ revision: 2, content: { step: 1 } });
      const late = registry.rollouts.save(read, { status: 'running', content: { step: 9 } });
      await expect(late).rejects.toMatchObject({ code: 'PROCEDURE_MOVED', retryable: true });
      expect(await registry.rollouts.get('r1')).toEqual(saved);
      await expect(registry.rollouts.get('r9')).rejects.toMatchObject({ code: 'PROCEDURE_NOT_FOUND' });
    });

    it('and an experiment of one endpoint are no obstacle to each other', async () => {
      await registry.rollouts.start('r1', 'toy', {});
      await registry.experiments.start('e1', 'toy', {});
      expect(await registry.experiments.list({ endpoint: 'toy' })).toHaveLength(1);
    });
  });
});
