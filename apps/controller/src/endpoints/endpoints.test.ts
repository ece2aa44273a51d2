import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestBroker, type TestBroker } from '../broker.fixture.ts';
import { type TestController, testController } from '../controller.fixture.ts';
import {
  day,
  freshHome,
  hour,
  model,
  monday,
  moveAlias,
  recordTraffic,
  registerVersions,
} from '../traffic.fixture.ts';

let broker: TestBroker;
let home: string;
let parts: TestController;
let app: FastifyInstance;

beforeAll(async () => {
  broker = await startTestBroker();
  home = await freshHome();
  parts = await testController({ home, queue: broker.queue });
  await registerVersions(parts.registry, 3);
  await recordTraffic(
    home,
    { version: 1, from: monday, to: monday + 30 * hour, rows: 4_000, shadow: { version: 2 }, latencyMs: 4 },
    { version: 2, variant: '2', from: monday, to: monday + 30 * hour, rows: 2_000, seed: 3, failed: 0.2 },
  );
  app = await parts.appWith();
});

afterAll(async () => {
  await parts?.close();
  await broker?.stop();
});

const get = async (url: string) => {
  const answer = await app.inject({ method: 'GET', url });
  return { status: answer.statusCode, body: answer.json() };
};
const post = async (url: string, body: object) =>
  (
    await app.inject({ method: 'POST', url, payload: { reason: 'a test wants it', actor: 'ada', ...body } })
  ).json();

it('refuses an endpoint that is not there', async () => {
  expect(await get('/v1/endpoints/nobody')).toMatchObject({
    status: 404,
    body: { error: { code: 'ENDPOINT_NOT_FOUND' } },
  });
  expect((await get('/v1/endpoints/NOBODY')).status).toBe(400);
});

it('lists who answers what share, as versions', async () => {
  expect((await get('/v1/endpoints')).body.endpoints).toMatchObject([
    {
      name: model,
      model,
      traffic: [{ target: 'champion', version: 1, share: 1 }],
      rollout: null,
      experiment: null,
    },
  ]);
});

it('knows what taking the champion back would lead to: nothing, then the one before', async () => {
  expect((await get(`/v1/endpoints/${model}`)).body).toMatchObject({ champion: 1, before: null, latest: 3 });
  await moveAlias(parts.registry, 'champion', 3);
  expect((await get(`/v1/endpoints/${model}`)).body).toMatchObject({ champion: 3, before: 1 });
  await post(`/v1/models/${model}/rollback`, {});
  expect((await get(`/v1/endpoints/${model}`)).body).toMatchObject({ champion: 1, before: null });
});

it('shows how requests fared by version and window, once that is reported', async () => {
  expect((await get(`/v1/endpoints/${model}`)).body).toMatchObject({ now: null, service: [] });
  await parts.tick();
  const { now, service } = (await get(`/v1/endpoints/${model}`)).body;
  expect(now).toBeGreaterThan(monday + day);
  expect(service).toMatchObject([
    { version: 1, from: monday, to: monday + day, failed: 0, failures: {} },
    { version: 2, from: monday, to: monday + day, failures: { MODEL_FAILED: expect.any(Number) } },
  ]);
  expect(service[1].failed / (service[1].failed + service[1].answered)).toBeCloseTo(0.2, 1);
  expect(service[0].latencyMs.p50).toBeCloseTo(4, 0);
});

it('shows a rollout with its steps, and what the last look found although it changed nothing', async () => {
  const started = await post('/v1/rollouts', { model, version: 2 });
  const url = `/v1/rollouts/${started.id}`;
  expect((await get(url)).body).toMatchObject({
    ...{ status: 'running', step: 0, candidate: 2, look: null, asked: { by: 'ada', why: 'a test wants it' } },
    stages: [
      { kind: 'shadow', rate: 0.5 },
      { kind: 'canary', share: 0.05 },
      { kind: 'canary', share: 0.25 },
    ],
  });
  const head = (await get(`/v1/endpoints/${model}`)).body;
  expect(head).toMatchObject({
    shadows: [{ target: '2', version: 2, share: 0.5 }],
    rollout: { id: started.id },
  });

  await recordTraffic(home, {
    ...{ version: 1, from: monday + 30 * hour, to: monday + 36 * hour, rows: 500, seed: 7 },
    shadow: { version: 2 },
  });
  await parts.tick();
  const { look, decisions } = (await get(url)).body;
  expect(decisions.map(({ action }: { action: string }) => action)).toEqual(['start']);
  expect(look).toMatchObject({ action: 'wait', verdict: 'inconclusive' });
  expect(look.reasons.map(({ check }: { check: string }) => check)).toContain('shadow:disagreement');

  await post(`${url}/abort`, {});
  expect((await get('/v1/rollouts?endpoint=toy&limit=1')).body.rollouts).toMatchObject([
    { id: started.id, status: 'aborted', latest: { action: 'abort' } },
  ]);
});
