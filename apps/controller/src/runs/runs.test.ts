import type { RunAnswer } from '@flightdeck/admin-api';
import type { Json } from '@flightdeck/registry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../app.fixture.ts';
import { registerVersions } from '../traffic.fixture.ts';

let app: TestApp;

const trials: { [name: string]: Json }[] = [
  { parameters: {}, metrics: { logLoss: 0.21 } },
  { parameters: { learningRate: 0.003, hidden: [128, 64] }, metrics: { logLoss: 0.2 } },
  { parameters: { learningRate: 1 }, problem: 'Its scores are no numbers.' },
];

const declared = { learningRate: 0.002, hidden: [64, 32], dropout: 0 };

beforeAll(async () => {
  app = await startTestApp();
  const { runs } = app.registry;
  await registerVersions(app.registry, 2);
  const parameters = { actor: 'ada', reason: 'a drill', snapshot: 'abc', trials, declared };
  await runs.start({ id: 'search', model: 'toy', parameters, lineage: { seed: 7 } });
  await runs.logMetrics('search', [
    { name: 'trainingLoss', step: 1, value: 0.5 },
    { name: 'validationLoss', step: 1, value: 0.4 },
  ]);
  await runs.start({ id: 'odd', model: 'other', parameters: ['not', 'named'], lineage: {} });
  await runs.fail('odd', { code: 'DISK_FULL', message: 'No space left.' });
});
afterAll(() => app?.close());

const get = async <Answer>(path: string) => (await app.ask('GET', path)).body as Answer;

it.each([
  ['/v1/runs?status=done', '400 INVALID_QUERY'],
  ['/v1/runs?before=nobody', '404 RUN_NOT_FOUND'],
  ['/v1/runs/nobody', '404 RUN_NOT_FOUND'],
  ['/v1/runs/nobody/series', '404 RUN_NOT_FOUND'],
  ['/v1/runs/nobody/lines', '404 RUN_NOT_FOUND'],
])('%s is refused with %s', async (path, refusal) => {
  expect(await app.refusalOf('GET', path)).toBe(refusal);
});

describe('the list', () => {
  it('comes in pages, with what came of each run and without its parameters', async () => {
    const all = await get<{ runs: { id: string }[] }>('/v1/runs');
    expect(all.runs.map(({ id }) => id).toSorted()).toEqual(['odd', 'run-1', 'run-2', 'search']);
    expect(all.runs.find(({ id }) => id === 'run-2')).toMatchObject({ versions: [2] });
    expect(all.runs[0]).not.toHaveProperty('parameters');
    const first = await get<{ next: string }>('/v1/runs?limit=3');
    expect(await get(`/v1/runs?limit=3&before=${first.next}`)).toMatchObject({
      runs: [all.runs[3]],
      next: null,
    });
  });

  it('is of one model and one status, where they are named', async () => {
    expect(await get('/v1/runs?model=other&status=failed')).toMatchObject({
      runs: [{ id: 'odd', error: { code: 'DISK_FULL' }, actor: null, reason: null }],
    });
    expect(await get('/v1/runs?model=other&status=running')).toEqual({ runs: [], next: null });
  });
});

describe('a run', () => {
  it('is told with its trials, each with what it changed and what it led to', async () => {
    const run = await get<RunAnswer>('/v1/runs/search');
    expect(run).toMatchObject({ actor: 'ada', reason: 'a drill', status: 'running', lineage: { seed: 7 } });
    expect(run.parameters).toEqual({ snapshot: 'abc' });
    expect(run.declared).toEqual({ learningRate: 0.002, hidden: '64-32', dropout: 0 });
    expect(run.trials).toEqual([
      { parameters: {}, metrics: { logLoss: 0.21 }, problem: null },
      { parameters: { learningRate: 0.003, hidden: '128-64' }, metrics: { logLoss: 0.2 }, problem: null },
      { parameters: { learningRate: 1 }, metrics: null, problem: 'Its scores are no numbers.' },
    ]);
  });

  it('whose parameters have no names has none to show', async () => {
    expect(await get('/v1/runs/odd')).toMatchObject({ parameters: {}, trials: [], versions: [] });
  });

  it('has its curves while it runs', async () => {
    expect(await get('/v1/runs/search/series')).toMatchObject({
      status: 'running',
      points: [{ name: 'trainingLoss', value: 0.5 }, { name: 'validationLoss' }],
    });
  });

  it('that no queue remembers has no lines', async () => {
    expect(await get('/v1/runs/search/lines')).toEqual({ lines: [], before: 0 });
  });
});
