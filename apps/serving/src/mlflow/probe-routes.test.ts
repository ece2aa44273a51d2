// GET /ping, /health and /version.

import { afterAll, beforeAll, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { promoteSum, serve, temporaryRegistry } from '../sum-model.fixture.ts';

let state: Awaited<ReturnType<typeof temporaryRegistry>>;
let serving: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
  state = await temporaryRegistry();
  await promoteSum(state.registry);
  serving = await serve(state.registry);
});

afterAll(async () => {
  await serving[Symbol.asyncDispose]();
  await state[Symbol.asyncDispose]();
});

test.each(['/ping', '/health'])('%s is 503 until the models are loaded, then 200', async (url) => {
  await using idle = await serve(state.registry);
  const early = await idle.app.inject(url);
  expect(early.statusCode).toBe(503);
  expect(early.json()).toMatchObject({ error_code: 'TEMPORARILY_UNAVAILABLE', code: 'NOT_READY' });
  await idle.converge();
  const late = await idle.app.inject(url);
  expect([late.statusCode, late.body]).toEqual([200, '\n']);
});

test('/version is text', async () => {
  const answer = await serving.app.inject('/version');
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toMatch(/^text\/plain/);
  expect(answer.body).toBe(manifest.version);
});
