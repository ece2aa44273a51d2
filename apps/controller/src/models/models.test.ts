import type { ComparisonAnswer, ModelAnswer, VersionAnswer } from '@flightdeck/admin-api';
import { bundleFiles } from '@flightdeck/registry';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../app.fixture.ts';
import { model, moveAlias, registerVersions } from '../traffic.fixture.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
  const { registry } = app;
  await registerVersions(registry, 3);
  await moveAlias(registry, 'champion', 2);
  await moveAlias(registry, 'challenger', 3);
  const signature = {
    ...{ kind: 'tensors', inputs: [{ name: 'x', type: 'float32', shape: ['batch', 4] }] },
    outputs: [{ name: 'y', type: 'float32', shape: ['batch', 1] }],
  };
  await registry.runs.start({ id: 'imported', model: 'alien', parameters: {}, lineage: {} });
  const files = { [bundleFiles.model]: 'x', [bundleFiles.signature]: JSON.stringify(signature) };
  const head = { model: 'alien', runId: 'imported', metrics: {}, createdBy: 'a test' };
  const gate = { verdict: 'inconclusive' as const, reasons: ['It was imported.'] };
  await registry.versions.register({ ...head, files, gate });
  const odd = { ...files, [bundleFiles.evaluation]: '{"network":{"rows":"many"}}' };
  await registry.versions.register({ ...head, files: odd, gate });
});
afterAll(() => app?.close());

const get = async <Answer>(path: string) => (await app.ask('GET', path)).body as Answer;

describe('what is asked for wrongly', () => {
  it.each([
    ['/v1/models/No', '400 INVALID_QUERY'],
    ['/v1/models/toi', '404 MODEL_NOT_FOUND'],
    ['/v1/models/toi/versions', '404 MODEL_NOT_FOUND'],
    ['/v1/models/toy/versions?limit=0', '400 INVALID_QUERY'],
    ['/v1/models/toy/versions/9', '404 VERSION_NOT_FOUND'],
    ['/v1/models/toy/versions/latest', '400 INVALID_QUERY'],
    ['/v1/models/toy/comparison?a=1', '400 INVALID_QUERY'],
    ['/v1/models/toy/comparison?a=1&b=9', '404 VERSION_NOT_FOUND'],
  ])('%s is refused with %s', async (path, refusal) => {
    expect(await app.refusalOf('GET', path)).toBe(refusal);
  });
});

describe('the lists', () => {
  it('has every model with its champion and where it is served', async () => {
    expect(await get('/v1/models')).toMatchObject({
      models: [
        { name: 'alien', versions: 2, champion: null, endpoints: [] },
        { name: 'toy', versions: 3, champion: { version: 2, aliases: ['champion'] }, endpoints: ['toy'] },
      ],
    });
  });

  it('pages through versions, without their files, and says where the next page begins', async () => {
    const first = await get<{ versions: object[] }>('/v1/models/toy/versions?limit=2');
    expect(first).toMatchObject({
      versions: [
        { version: 3, aliases: ['challenger'] },
        { version: 2, verdict: 'pass' },
      ],
      next: 2,
    });
    expect(first.versions[0]).not.toHaveProperty('files');
    const last = { versions: [{ version: 1, aliases: [] }], next: null };
    expect(await get('/v1/models/toy/versions?limit=2&before=2')).toMatchObject(last);
  });

  it('pages through the moves, newest first, of one alias too', async () => {
    expect(await get('/v1/models/toy/moves?limit=2')).toMatchObject({
      moves: [
        { alias: 'challenger', to: 3 },
        { alias: 'champion', from: 1, to: 2, actor: 'ada' },
      ],
      next: 2,
    });
    const first = { moves: [{ from: null, to: 1 }], next: null };
    expect(await get('/v1/models/toy/moves?before=2&alias=champion')).toMatchObject(first);
  });
});

describe('a version', () => {
  it('is told with what it came of, where it is served, and what its bundle says', async () => {
    const version = await get<VersionAnswer>('/v1/models/toy/versions/2');
    expect(version).toMatchObject({
      aliases: ['champion'],
      endpoints: ['toy'],
      origin: { runId: 'run-2', recalibrationOf: null },
      contents: { trainingRows: 20_000, card: '# Toy 2\n', output: { positive: 'late', threshold: 0.5 } },
    });
    expect(version.files.map(({ path }) => path)).toContain('evaluation.json');
    const { evaluations, inputs } = version.contents;
    expect(evaluations!.network).toMatchObject({ rows: 20_000, slices: [], curves: null });
    expect(Object.keys(evaluations!.network!.metrics)).toEqual(['rocAuc', 'logLoss', 'brier', 'ece']);
    expect(inputs).toMatchObject([
      { name: 'distance', minimum: -2_000, seen: { kind: 'number', missing: 0 } },
      { name: 'origin', seen: { kind: 'category', categories: 4 } },
    ]);
  });

  it('that was imported says what it has, and nothing of what it has not', async () => {
    const { contents } = await get<VersionAnswer>('/v1/models/alien/versions/1');
    expect(contents).toMatchObject({ evaluations: null, output: null, trainingRows: null, card: null });
    expect(contents.inputs).toMatchObject([{ name: 'x', type: 'float32 [batch, 4]', seen: null }]);
  });

  it('whose evaluation has another shape is shown without it', async () => {
    const { contents } = await get<VersionAnswer>('/v1/models/alien/versions/2');
    expect([contents.evaluations, contents.inputs?.length]).toEqual([null, 1]);
  });
});

describe('a comparison', () => {
  it('has both sides, and how far their references are apart', async () => {
    const { a, b, drift } = await get<ComparisonAnswer>('/v1/models/toy/comparison?a=3&b=1');
    expect([a.version, b.version, a.evaluation!.rows]).toEqual([3, 1, 20_000]);
    expect(drift!.map(({ feature, stabilityIndex }) => [feature, stabilityIndex])).toEqual([
      ['distance', 0],
      ['origin', 0],
      ['score', 0],
    ]);
  });

  it('of imported versions has no drift', async () => {
    expect(await get('/v1/models/alien/comparison?a=1&b=2')).toMatchObject({
      a: { evaluation: null, trainingRows: null },
      drift: null,
    });
  });
});

describe('a promotion', () => {
  const promote = (body: object, alias = 'champion') =>
    app.refusalOf('PUT', `/v1/models/toy/aliases/${alias}`, { reason: 'a test wants it', ...body });
  let before: ModelAnswer;
  beforeEach(async () => {
    before = await get('/v1/models/toy');
  });
  const unmoved = async () => expect(await get('/v1/models/toy')).toEqual(before);

  it.each([
    [{ version: 3, reason: ' ' }, 'champion', '400 INVALID_BODY'],
    [{}, 'champion', '400 INVALID_BODY'],
    [{ version: 9 }, 'champion', '404 VERSION_NOT_FOUND'],
    [{ version: 3 }, 'latest', '400 ALIAS_NAME_INVALID'],
    [{ version: 3, expected: 1 }, 'champion', '409 ALIAS_MOVED'],
  ])('%j of %s is refused with %s, and moves nothing', async (body, alias, refusal) => {
    expect(await promote(body, alias)).toBe(refusal);
    await unmoved();
  });

  it.each([
    ['rollouts', '409 PROCEDURE_RUNNING'],
    ['experiments', '409 EXPERIMENT_RUNNING'],
  ] as const)(
    'of the champion is refused while one of the %s runs, and taken afterwards',
    async (kind, refusal) => {
      const { registry } = app;
      const running = await registry[kind].start(`one-of-${kind}`, 'toy', {});
      expect((await get<ModelAnswer>('/v1/models/toy')).underWay).toEqual({
        kind: kind.slice(0, -1),
        id: running.id,
      });
      expect(await promote({ version: 3 })).toBe(refusal);
      expect(
        (await app.ask('PUT', '/v1/models/toy/aliases/pinned', { version: 1, reason: 'kept' })).status,
      ).toBe(202);
      await registry[kind].save(running, { status: 'ended', content: {} });
      expect((await get<ModelAnswer>('/v1/models/toy')).underWay).toBeNull();
    },
  );

  it('moves the alias, and the log says who, why and what the gate said; a rollback leads back', async () => {
    const body = { version: 3, expected: 2, reason: 'better in May', actor: 'grace' };
    const { status, body: moved } = await app.ask('PUT', '/v1/models/toy/aliases/champion', body);
    expect(status).toBe(202);
    expect(moved).toMatchObject({
      ...{ from: 2, to: 3, actor: 'grace', reason: 'better in May' },
      evidence: { gate: { verdict: 'pass' } },
    });
    expect(await get('/v1/models/toy')).toMatchObject({ rollbackTo: 2 });
    await app.ask('POST', '/v1/models/toy/rollback', { reason: 'worse in June', actor: 'ada' });
    expect(await get(`/v1/models/${model}/moves?limit=1`)).toMatchObject({
      moves: [{ from: 3, to: 2, actor: 'ada', restores: 2 }],
    });
  });
});
