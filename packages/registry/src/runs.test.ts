import { manualClock } from '@flightdeck/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { places } from './places.fixture.ts';
import { openRegistry, type Registry } from './registry.ts';

const start = { id: 'run-1', model: 'toy', parameters: { layers: [64, 32] }, lineage: { seed: 7 } };
describe.each(places)('$kind,', ({ fresh }) => {
  let clock: ReturnType<typeof manualClock>;
  let registry: Registry;
  beforeEach(async () => {
    clock = manualClock(Date.UTC(2026, 0, 1));
    registry = await openRegistry({ ...(await fresh()).location, clock });
    return () => registry.close();
  });

  describe('what a run refuses', () => {
    it('names a run that was never started, whatever is done to it', async () => {
      const attempts = [
        registry.runs.get('x'),
        registry.runs.finish('x', {}),
        registry.runs.fail('x', { code: 'A', message: 'b' }),
        registry.runs.logMetrics('x', []),
        registry.runs.updateLineage('x', {}),
        registry.runs.metricSeries('x'),
      ];
      for (const result of await Promise.allSettled(attempts)) {
        expect(result).toMatchObject({ status: 'rejected', reason: { code: 'RUN_NOT_FOUND' } });
      }
    });

    it('refuses NaN and infinity by name and step, and stores nothing of that call', async () => {
      await registry.runs.start(start);
      const points = [
        { name: 'loss', step: 1, value: 0.5 },
        { name: 'loss', step: 2, value: Number.NaN },
      ];
      const logging = registry.runs.logMetrics('run-1', points);
      await expect(logging).rejects.toMatchObject({ code: 'METRIC_INVALID' });
      await expect(logging).rejects.toThrow(/loss at step 2 of run run-1 is NaN/);
      expect(await registry.runs.metricSeries('run-1')).toEqual([]);
      const finishing = registry.runs.finish('run-1', { rocAuc: Number.POSITIVE_INFINITY });
      await expect(finishing).rejects.toMatchObject({ code: 'METRIC_INVALID' });
    });
  });

  describe('a run', () => {
    it('is running from its start, with what is known of its lineage', async () => {
      const unknown = {
        datasetVersion: null,
        featureVersion: null,
        codeVersion: null,
        commit: null,
        backend: null,
      };
      expect(await registry.runs.start(start)).toEqual({
        id: 'run-1',
        model: 'toy',
        status: 'running',
        attempt: 1,
        parameters: { layers: [64, 32] },
        lineage: { ...unknown, seed: 7 },
        metrics: {},
        error: null,
        startedAt: '2026-01-01T00:00:00.000Z',
        finishedAt: null,
      });
      await registry.runs.updateLineage('run-1', { datasetVersion: 'abc' });
      const run = await registry.runs.updateLineage('run-1', { backend: 'wasm' });
      expect(run.lineage).toEqual({ ...unknown, seed: 7, datasetVersion: 'abc', backend: 'wasm' });
    });

    it('keeps its series by step, with the latest value of a step', async () => {
      await registry.runs.start(start);
      await registry.runs.logMetrics('run-1', [
        { name: 'loss', step: 10, value: 0.5 },
        { name: 'loss', step: 9, value: 0.6 },
        { name: 'auc', step: 9, value: 0.7 },
      ]);
      await registry.runs.logMetrics('run-1', [{ name: 'loss', step: 10, value: 0.4 }]);
      expect(await registry.runs.metricSeries('run-1', 'loss')).toEqual([
        { name: 'loss', step: 9, value: 0.6 },
        { name: 'loss', step: 10, value: 0.4 },
      ]);
      expect(await registry.runs.metricSeries('run-1')).toHaveLength(3);
    });

    it('starts over when its job is retried: series and error gone, one attempt more', async () => {
      await registry.runs.start(start);
      await registry.runs.logMetrics('run-1', [{ name: 'loss', step: 1, value: 1 }]);
      const failed = await registry.runs.fail('run-1', { code: 'DISK_FULL', message: 'No space left.' });
      expect(failed).toMatchObject({ status: 'failed', error: { code: 'DISK_FULL' } });
      clock.advance(1_000);
      const again = await registry.runs.start({ ...start, parameters: { layers: [8] } });
      expect(again).toMatchObject({ status: 'running', attempt: 2, error: null, finishedAt: null });
      expect(await registry.runs.get('run-1')).toEqual(again);
      expect(await registry.runs.metricSeries('run-1')).toEqual([]);
      const finished = await registry.runs.finish('run-1', { rocAuc: 0.78 });
      expect(finished).toMatchObject({ status: 'finished', attempt: 2, metrics: { rocAuc: 0.78 } });
    });

    it('is listed newest first, by model, up to a limit', async () => {
      for (const [id, model] of [['a', 'toy'] as const, ['b', 'other'] as const, ['c', 'toy'] as const]) {
        clock.advance(1_000);
        await registry.runs.start({ ...start, id, model });
      }
      expect((await registry.runs.list()).map((run) => run.id)).toEqual(['c', 'b', 'a']);
      expect((await registry.runs.list({ model: 'toy', limit: 1 })).map((run) => run.id)).toEqual(['c']);
    });

    it('is listed page by page without gap or repetition, also where many began at once, and by status', async () => {
      await expect(registry.runs.list({ before: 'nobody' })).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
      for (const id of ['e', 'b', 'd', 'a', 'c']) {
        if (id === 'd') clock.advance(1_000);
        await registry.runs.start({ ...start, id });
      }
      await registry.runs.finish('b', {});
      const all = (await registry.runs.list()).map((run) => run.id);
      expect(all).toEqual(['a', 'c', 'd', 'b', 'e']);
      const pages: string[] = [];
      for (let before: string | undefined; ; before = pages.at(-1)) {
        const page = await registry.runs.list({ limit: 2, ...(before !== undefined && { before }) });
        if (page.length === 0) break;
        pages.push(...page.map((run) => run.id));
      }
      expect(pages).toEqual(all);
      const running = await registry.runs.list({ status: 'running', before: 'a' });
      expect(running.map((run) => run.id)).toEqual(['c', 'd', 'e']);
    });
  });
});
