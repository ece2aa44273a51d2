// Predictions over HTTP: asked of a real server, found in the log that it writes, explained, and labelled through it.

import cookie from '@fastify/cookie';
import type {
  ContributionsAnswer,
  OpinionsAnswer,
  PredictionAnswer,
  PredictionsAnswer,
  QuestionAnswer,
  QuestionFormAnswer,
  ReviewAnswer,
} from '@flightdeck/admin-api';
import { manualClock } from '@flightdeck/core';
import { openRegistry, type Registry } from '@flightdeck/registry';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { AppDeps } from '../app.ts';
import { decisionLog } from '../decision-log.ts';
import { authenticate } from '../http/authentication.ts';
import { answerError } from '../http/errors.ts';
import { keysOf } from '../http/keys.ts';
import { predictionRoutes } from '../http/prediction-routes.ts';
import { questionRoutes } from '../http/question-routes.ts';
import { sessionStore } from '../http/sessions.ts';
import { promoteSum, type RunningServing, sigmoid, startServing } from '../serving.fixture.ts';
import { freshHome, monday } from '../traffic.fixture.ts';
import { predictions } from './predictions.ts';

const servingKeys = [{ name: 'controller', key: 'a-key-of-serving', scopes: ['predict', 'feedback'] }];
const keys = [
  { name: 'ada', key: 'a-key-that-may-all', scopes: ['admin'] },
  { name: 'reader', key: 'a-key-that-may-read', scopes: ['read'] },
];
const clock = manualClock(monday);
/** What was asked, in order, each a request of its own. */
const asked = [
  { a: 1, b: 1, origin: 'ATL', unit: 'one' },
  { a: -1, origin: 'ORD', unit: 'two' },
  { a: 0.25, b: -0.25, unit: 'one' },
  { a: 99, unit: 'three' },
];
/** Of the log, as far as the controller knows: later than what a real server writes today. */
const logTime = Date.UTC(2100, 0, 1);
const times = new Map<string, number>();
let registry: Registry;
let serving: RunningServing;
let app: FastifyInstance;

beforeAll(async () => {
  const home = await freshHome();
  registry = await openRegistry({ home });
  await promoteSum(registry, 2);
  await promoteSum(registry, 0);
  serving = await startServing(home, servingKeys);
  app = await appAt(home, { url: serving.url, key: 'a-key-of-serving' });
  for (const instance of asked) await ask('POST', '/v1/questions', { endpoint: 'sum', instance });
  await logged('', asked.length);
});

afterAll(async () => {
  await app?.close();
  await serving?.stop();
  await registry?.close();
});

/** The server flushes its log once a second. */
const logged = (query: string, rows: number) =>
  vi.waitFor(async () => expect(await found(query)).toHaveLength(rows), { timeout: 10_000, interval: 200 });

async function appAt(home: string, to: AppDeps['serving']): Promise<FastifyInstance> {
  const made = Fastify();
  made.setErrorHandler(answerError);
  made.register(cookie, { hook: false });
  authenticate(made, { keys: await keysOf({ json: JSON.stringify(keys) }), sessions: sessionStore(clock) });
  const desk = { registry, decisions: decisionLog(registry), clock, home, memoryLimit: '256MB' };
  const timeOf = (model: string) => times.get(model) ?? null;
  const deps = { registry, times, serving: to, predictions: predictions({ ...desk, timeOf }) };
  predictionRoutes(made, deps as unknown as AppDeps);
  questionRoutes(made, deps as unknown as AppDeps);
  return made;
}

async function ask(method: 'GET' | 'POST', url: string, body?: object, key = 'a-key-that-may-all', of = app) {
  const headers = { authorization: `Bearer ${key}` };
  const answer = await of.inject({ method, url, headers, ...(body && { payload: body }) });
  return { status: answer.statusCode, body: answer.json() };
}
const get = async <Answer>(url: string) => (await ask('GET', url)).body as Answer;
const find = (query = '') => get<PredictionsAnswer>(`/v1/predictions?model=sum${query}`);
const found = async (query = '') => (await find(query)).predictions;
const codeOf = ({ status, body }: Awaited<ReturnType<typeof ask>>) => `${status} ${body.error.code}`;
const reason = 'a test knows it';

describe('what is refused', () => {
  it('is refused by name: addresses that are wrong, models and predictions that are not there', async () => {
    const refusals = {
      '/v1/predictions': '400 INVALID_QUERY',
      '/v1/predictions?model=sum&before=yesterday': '400 INVALID_QUERY',
      '/v1/predictions?model=sum&minimumScore=2': '400 INVALID_QUERY',
      '/v1/predictions?model=none': '404 MODEL_NOT_FOUND',
      '/v1/predictions/none?model=sum': '404 PREDICTION_NOT_FOUND',
      '/v1/predictions/none/opinions?model=sum': '404 PREDICTION_NOT_FOUND',
      '/v1/questions/none': '404 ENDPOINT_NOT_FOUND',
    };
    for (const [url, code] of Object.entries(refusals)) expect(codeOf(await ask('GET', url)), url).toBe(code);
  });

  it('is to ask and to label with a key that may only read', async () => {
    const reader = 'a-key-that-may-read';
    const question = await ask('POST', '/v1/questions', { endpoint: 'sum', instance: {} }, reader);
    expect(codeOf(question)).toBe('403 SCOPE_MISSING');
    const { id } = (await found())[0]!;
    const label = await ask(
      'POST',
      `/v1/predictions/${id}/label`,
      { model: 'sum', label: 1, reason },
      reader,
    );
    expect(codeOf(label)).toBe('403 SCOPE_MISSING');
    expect(await registry.decisions.list({ kind: 'label' })).toEqual([]);
  });

  it('is a label that serving does not take, which leaves no record', async () => {
    const stranger = await appAt(await freshHome(), { url: serving.url, key: 'not-a-key' });
    const nobody = await appAt(await freshHome(), { url: 'http://127.0.0.1:9', key: undefined });
    try {
      const question = { endpoint: 'sum', instance: {} };
      const refused = await ask('POST', '/v1/questions', question, undefined, stranger);
      expect(refused.body).toMatchObject({ status: 401, body: { error: { code: 'KEY_UNKNOWN' } } });
      expect(codeOf(await ask('POST', '/v1/questions', question, undefined, nobody))).toBe(
        '503 SERVING_UNREACHABLE',
      );
    } finally {
      await stranger.close();
      await nobody.close();
    }
  });
});

describe('a question', () => {
  it('can be filled in from the signature, with what training knew', async () => {
    const form = await get<QuestionFormAnswer>('/v1/questions/sum');
    expect(form).toMatchObject({
      endpoint: 'sum',
      model: 'sum',
      version: 2,
      threshold: 0.5,
      takesTime: false,
    });
    expect(form.fields.map(({ name, typical, isLookedUp }) => [name, typical, isLookedUp])).toEqual([
      ['a', 0, false],
      ['b', 0, false],
      ['origin', 'ORD', false],
    ]);
    expect(form.fields[2]!.categories).toEqual(['ORD', 'ATL']);
    expect(await get('/v1/questions')).toEqual({
      url: serving.url,
      needsKey: true,
      endpoints: [{ name: 'sum', model: 'sum' }],
    });
  });

  it('has the answer of serving, errors too, just as they are', async () => {
    const instance = { a: 2, b: 1 };
    const good = await ask('POST', '/v1/questions', { endpoint: 'sum', instance });
    const { status, body, requestId } = good.body as QuestionAnswer & {
      body: { prediction: { probability: number } };
    };
    expect(status).toBe(200);
    expect(body.prediction.probability).toBeCloseTo(sigmoid(3), 6);
    const wrong = await ask('POST', '/v1/questions', { endpoint: 'sum', instance: { c: 1 } });
    expect(wrong).toMatchObject({
      status: 200,
      body: { status: 400, body: { error: { code: 'UNKNOWN_FIELD' } } },
    });
    for (const id of [requestId, wrong.body.requestId]) await logged(`&requestId=${id}`, 1);
  });
});

describe('a prediction', () => {
  it('is found by what is known of it, a page at a time', async () => {
    expect((await found('&unit=one')).map(({ score }) => score)).toEqual([
      expect.closeTo(sigmoid(0), 6),
      expect.closeTo(sigmoid(3), 6),
    ]);
    expect((await found('&hasFailed=yes')).map(({ failure }) => failure)).toContain('OUT_OF_RANGE');
    const scored = await found('&hasFailed=no');
    const until = new Date(scored[0]!.eventTime).toISOString();
    expect((await found(`&until=${until}&hasFailed=no`)).map(({ id }) => id)).not.toContain(scored[0]!.id);
    expect(await found(`&from=${until}&unit=one`)).toEqual([]);
    const first = await find('&hasFailed=no&limit=1');
    const second = await find(`&hasFailed=no&limit=1&before=${first.next}`);
    expect(second.predictions[0]!.id).not.toBe(first.predictions[0]!.id);
    expect((await find('&unit=nobody')).next).toBeNull();
  });

  it('is shown with its features, in the order of the signature, and where each came from', async () => {
    const [second] = await found('&unit=two');
    const one = await get<PredictionAnswer>(`/v1/predictions/${second!.id}?model=sum`);
    expect(one.features.map(({ name, value, status }) => [name, value, status])).toEqual([
      ['a', -1, 'given'],
      ['b', null, 'default'],
      ['origin', 'ORD', 'given'],
    ]);
    expect(one.meaning).toEqual({ positive: 'the sum is positive', threshold: 0.5 });
  });

  it('is scored by other versions as they would score it now', async () => {
    const [first] = (await found('&unit=one')).slice(-1);
    const { opinions } = await get<OpinionsAnswer>(`/v1/predictions/${first!.id}/opinions?model=sum`);
    expect(opinions).toEqual([
      {
        version: 2,
        aliases: ['champion'],
        score: expect.closeTo(sigmoid(3), 6),
        threshold: 0.5,
        problem: null,
      },
      { version: 1, aliases: [], score: expect.closeTo(sigmoid(5), 6), threshold: 0.5, problem: null },
    ]);
    const [failed] = await found('&unit=three');
    const none = await get<OpinionsAnswer>(`/v1/predictions/${failed!.id}/opinions?model=sum`);
    expect(none.opinions[0]).toMatchObject({ score: null, problem: expect.stringContaining('OUT_OF_RANGE') });
  });

  it('is explained: contributions go from the average of the reference to its own log-odds', async () => {
    const [first] = (await found('&unit=one')).slice(-1);
    const url = `/v1/predictions/${first!.id}/contributions?model=sum&version=1`;
    const told = await get<ContributionsAnswer>(url);
    const total = told.contributions.reduce((sum, { contribution }) => sum + contribution, told.base);
    expect(told.logOdds).toBeCloseTo(5, 4);
    expect(total).toBeCloseTo(told.logOdds, 4);
    // The profile has -1 and 0 in equal shares, and ATL in a quarter of rows.
    for (const [feature, truth] of Object.entries({ a: 1.5, b: 1.5, origin: 0.75 })) {
      const { contribution, standardError } = told.contributions.find((each) => each.feature === feature)!;
      expect(Math.abs(contribution - truth)).toBeLessThan(4 * standardError);
    }
    expect((await get<ContributionsAnswer>(url)).contributions).toEqual(told.contributions);
  });

  it('is labelled by a person, through serving; a correction wins, and both are told with who and why', async () => {
    const { id } = (await found('&unit=two'))[0]!;
    times.set('sum', logTime);
    const label = (value: 0 | 1) =>
      ask('POST', `/v1/predictions/${id}/label`, {
        model: 'sum',
        label: value,
        reason: `${reason}: ${value}`,
      });
    expect((await label(1)).status).toBe(202);
    expect((await label(0)).status).toBe(202);
    const one = await get<PredictionAnswer>(`/v1/predictions/${id}?model=sum`);
    expect(one.label).toBe(0);
    expect(one.labels.map((each) => [each.label, each.knownAt, each.actor])).toEqual([
      [0, logTime, 'controller'],
      [1, logTime, 'controller'],
    ]);
    expect(one.labelled.map(({ actor, reason: why }) => [actor, why])).toEqual([
      ['ada', `${reason}: 0`],
      ['ada', `${reason}: 1`],
    ]);
    expect((await found('&isLabelled=yes')).map((each) => [each.id, each.label])).toEqual([[id, 0]]);
  });

  it('waits for review while nobody has labelled it, the uncertain first', async () => {
    const review = await get<ReviewAnswer>('/v1/review?model=sum&limit=2');
    const unlabelled = await found('&isLabelled=no&hasFailed=no');
    const distances = unlabelled.map(({ score }) => Math.abs(score! - 0.5)).toSorted((a, b) => a - b);
    expect(review.considered).toBe(unlabelled.length + 1);
    expect(review.predictions.map(({ score }) => Math.abs(score! - 0.5))).toEqual(distances.slice(0, 2));
  });
});
