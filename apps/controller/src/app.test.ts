import { spawnSync } from 'node:child_process';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestBroker, type TestBroker } from './broker.fixture.ts';
import { type TestController, testController } from './controller.fixture.ts';
import {
  day,
  freshHome,
  hour,
  model,
  monday,
  moveAlias,
  recordTraffic,
  registerVersions,
} from './traffic.fixture.ts';

let broker: TestBroker;
let parts: TestController;
/** Without keys, and with some. */
let app: FastifyInstance;
let guarded: FastifyInstance;
let loop = { leads: true, last: null, failure: null as string | null, ticks: 0 };

const keyList = [
  { name: 'grafana', key: 'a-key-that-may-read', scopes: ['read'] },
  { name: 'prometheus', key: 'a-key-that-may-alarm', scopes: ['alerts'] },
  { name: 'grace', key: 'a-key-that-may-all', scopes: ['admin'] },
];

beforeAll(async () => {
  broker = await startTestBroker();
  const home = await freshHome();
  parts = await testController({ home, queue: broker.queue, loop: () => loop });
  await registerVersions(parts.registry, 3);
  await recordTraffic(home, { version: 1, from: monday, to: monday + 30 * hour, rows: 6_000 });
  app = await parts.appWith();
  guarded = await parts.appWith(keyList);
});

afterAll(async () => {
  await parts?.close();
  await broker?.stop();
});

const ask = async (method: 'GET' | 'POST', url: string, body?: object, of = app, headers = {}) => {
  const answer = await of.inject({ method, url, headers, ...(body && { payload: body }) });
  return {
    status: answer.statusCode,
    headers: answer.headers,
    text: answer.body,
    body: answer.json.bind(answer),
  };
};
const codeOf = async (asked: ReturnType<typeof ask>) => {
  const { status, body } = await asked;
  return `${status} ${body().error.code}`;
};
const reason = 'a test wants it';

describe('who may', () => {
  const as = (key: string) => ({ authorization: `Bearer ${key}` });

  it('is said by keys: none, an unknown one, one that is good for something else', async () => {
    const refusals = [
      [ask('GET', '/v1/status', undefined, guarded), '401 KEY_REQUIRED'],
      [ask('GET', '/v1/status', undefined, guarded, as('nobody-knows-this-key')), '401 KEY_UNKNOWN'],
      [ask('GET', '/v1/status', undefined, guarded, as('a-key-that-may-alarm')), '403 SCOPE_MISSING'],
      [ask('POST', '/v1/alerts', {}, guarded, as('a-key-that-may-read')), '403 SCOPE_MISSING'],
      [
        ask('POST', `/v1/models/${model}/rollback`, { reason }, guarded, as('a-key-that-may-alarm')),
        '403 SCOPE_MISSING',
      ],
      [ask('POST', '/nothing/here', {}, guarded), '401 KEY_REQUIRED'],
    ] as const;
    for (const [asked, code] of refusals) expect(await codeOf(asked)).toBe(code);
    for (const url of ['/v1', '/health/live'])
      expect((await ask('GET', url, undefined, guarded)).status).toBe(200);
    const seen = await ask('GET', '/v1/status', undefined, guarded, as('a-key-that-may-read'));
    expect(seen.status).toBe(200);
  });

  it('is, without keys, whoever is on this machine, but no page in its browser', async () => {
    expect(await codeOf(ask('GET', '/v1/status', undefined, app, { host: 'evil.example' }))).toBe(
      '403 HOST_NOT_ALLOWED',
    );
    const page = { origin: 'https://evil.example' };
    expect(await codeOf(ask('POST', '/v1/retrainings/pause', { reason }, app, page))).toBe(
      '403 CROSS_ORIGIN_REFUSED',
    );
    const form = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
    expect(await codeOf(ask('POST', '/v1/retrainings/pause', { reason }, app, form))).toBe(
      '403 CROSS_ORIGIN_REFUSED',
    );
    expect(
      (
        await ask('GET', '/v1/status', undefined, app, {
          origin: 'http://localhost:80',
          host: 'localhost:80',
        })
      ).status,
    ).toBe(200);
  });

  it('is asked for a reason, and is the actor by the name of the key, whatever the body says', async () => {
    const rollback = (body: object) =>
      ask('POST', '/v1/retrainings/pause', body, guarded, as('a-key-that-may-all'));
    expect(await codeOf(rollback({}))).toBe('400 INVALID_BODY');
    expect(await codeOf(rollback({ reason: '  ' }))).toBe('400 INVALID_BODY');
    expect((await rollback({ reason, actor: 'somebody else' })).status).toBe(202);
    expect((await parts.registry.decisions.list())[0]).toMatchObject({
      kind: 'pause-trainers',
      actor: 'grace',
      reason,
    });
    expect((await ask('POST', '/v1/retrainings/resume', { reason, actor: 'ada' })).body()).toMatchObject({
      paused: false,
    });
    expect((await parts.registry.decisions.list())[0]).toMatchObject({
      kind: 'resume-trainers',
      actor: 'ada',
    });
  });
});

describe('what is wrong', () => {
  it.each([
    ['GET', '/nothing/here', undefined, '404 ROUTE_NOT_FOUND'],
    ['GET', '/v1/reports?limit=0', undefined, '400 INVALID_QUERY'],
    ['GET', '/v1/reports?endpiont=toy', undefined, '400 INVALID_QUERY'],
    ['GET', '/v1/reports/toy/1/yesterday', undefined, '400 INVALID_QUERY'],
    ['GET', '/v1/reports/toy/1/1999-01-01T00:00:00Z', undefined, '404 REPORT_NOT_FOUND'],
    ['GET', '/v1/rollouts/none', undefined, '404 PROCEDURE_NOT_FOUND'],
    ['POST', '/v1/rollouts/none/promote', { reason }, '400 INVALID_QUERY'],
    ['POST', '/v1/rollouts', { model, reason, versoin: 3 }, '400 INVALID_BODY'],
    ['POST', '/v1/rollouts', { model: '../etc', reason }, '400 INVALID_BODY'],
    ['GET', '/v1/retrainings/none', undefined, '404 RUN_NOT_QUEUED'],
    ['POST', '/v1/retrainings/none/cancel', { reason }, '404 RUN_NOT_QUEUED'],
    ['POST', '/v1/retrainings/none/retry', { reason }, '404 RUN_NOT_QUEUED'],
    ['POST', '/v1/retrainings', { model, action: 'forget', reason }, '400 INVALID_BODY'],
    ['GET', '/v1/experiments/none', undefined, '404 PROCEDURE_NOT_FOUND'],
    ['POST', '/v1/experiments', { model, reason, experiment: { name: 'x' } }, '400 INVALID_BODY'],
    ['POST', '/v1/alerts', { version: '3', alerts: [] }, '400 INVALID_BODY'],
    ['POST', `/v1/models/${model}/rollback`, { reason }, '409 NOTHING_TO_ROLL_BACK'],
    ['POST', '/v1/models/other/rollback', { reason }, '404 ENDPOINT_NOT_FOUND'],
  ] as const)('%s %s is answered as %s', async (method, url, body, code) => {
    expect(await codeOf(ask(method, url, body))).toBe(code);
  });

  it('is told with the code, the remedy and the id of the request', async () => {
    const { body, headers } = await ask('GET', '/v1/rollouts/none', undefined, app, {
      'x-request-id': 'r-1',
    });
    expect(body()).toEqual({
      error: { code: 'PROCEDURE_NOT_FOUND', message: expect.stringContaining('none'), requestId: 'r-1' },
    });
    expect(headers).toMatchObject({ 'x-request-id': 'r-1', 'x-content-type-options': 'nosniff' });
    const broken = await app.inject({
      method: 'POST',
      url: '/v1/rollouts',
      headers: { 'content-type': 'application/json' },
      payload: '{',
    });
    expect(broken.json().error.code).toBe('INVALID_BODY');
    const text = await app.inject({
      method: 'POST',
      url: '/v1/rollouts',
      headers: { 'content-type': 'text/plain' },
      payload: '{}',
    });
    expect(text.json().error.code).toBe('UNSUPPORTED_MEDIA_TYPE');
  });

  it('before the first tick nothing can begin, since nobody knows what time it is', async () => {
    for (const [url, body] of [
      ['/v1/rollouts', { model, version: 2, reason }],
      ['/v1/retrainings', { model, action: 'retrain', reason }],
    ] as const)
      expect(await codeOf(ask('POST', url, body))).toBe('409 EVENT_TIME_UNKNOWN');
    expect(await codeOf(ask('GET', '/health/ready'))).toBe('503 NOT_READY');
  });

  it('one that does not lead changes nothing, and answers questions', async () => {
    loop = { ...loop, leads: false };
    expect(await codeOf(ask('POST', '/v1/rollouts', { model, version: 2, reason }))).toBe('503 NOT_LEADING');
    expect((await ask('GET', '/v1/rollouts')).status).toBe(200);
    expect((await ask('GET', '/health/ready')).body()).toEqual({ ready: true, leads: false });
    loop = { ...loop, leads: true };
  });
});

describe('after a tick', () => {
  beforeAll(async () => {
    loop = { ...loop, last: (await parts.tick()) as never, ticks: 1 };
  });

  it('there is a status, and it is ready', async () => {
    expect((await ask('GET', '/health/ready')).body()).toEqual({ ready: true, leads: true });
    const { eventTime, last } = (await ask('GET', '/v1/status')).body();
    expect(last.problems).toEqual([]);
    expect(eventTime[model]).toMatch(/^2001-05-08T03/);
    loop = { ...loop, failure: 'the registry is away' };
    expect(await codeOf(ask('GET', '/health/ready'))).toBe('503 NOT_READY');
    loop = { ...loop, failure: null };
  });

  it('there is a report, as a line of the list, as JSON and as a page', async () => {
    const { reports } = (await ask('GET', `/v1/reports?endpoint=${model}&version=1`)).body();
    expect(reports).toMatchObject([{ endpoint: model, version: 1, from: '2001-05-07T00:00:00.000Z' }]);
    expect(reports[0].content).toBeUndefined();
    const path = `/v1/reports/${model}/1/2001-05-07T00:00:00Z`;
    expect((await ask('GET', path)).body().content.service.answered).toBe(4_800);
    const page = await ask('GET', `${path}?format=html`);
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.text).toContain('toy, version 1');
  });

  it('a rollout is started, halted and aborted by people', async () => {
    const started = (await ask('POST', '/v1/rollouts', { model, version: 2, reason, actor: 'ada' })).body();
    expect(started).toMatchObject({
      status: 'running',
      candidate: 2,
      endpoint: model,
      latest: { action: 'start' },
    });
    const post = (action: string) =>
      ask('POST', `/v1/rollouts/${started.id}/${action}`, { reason, actor: 'ada' });
    expect((await post('halt')).body()).toMatchObject({ status: 'halted' });
    expect(await codeOf(ask('POST', '/v1/rollouts', { model, version: 3, reason }))).toBe(
      '409 PROCEDURE_RUNNING',
    );
    expect((await post('resume')).body()).toMatchObject({ status: 'running' });
    expect((await post('abort')).body()).toMatchObject({ status: 'aborted' });
    expect(await codeOf(post('abort'))).toBe('409 ROLLOUT_ENDED');
    const { policy, decisions } = (await ask('GET', `/v1/rollouts/${started.id}`)).body();
    expect(policy.canary).toHaveLength(2);
    expect(decisions.map((decision: { by: string }) => decision.by)).toEqual(['ada', 'ada', 'ada', 'ada']);
    expect((await ask('GET', '/v1/rollouts')).body().rollouts).toHaveLength(1);
  });

  it('a champion is taken back', async () => {
    await moveAlias(parts.registry, 'champion', 3);
    const moved = await ask('POST', `/v1/models/${model}/rollback`, { reason, actor: 'ada' });
    expect(moved.status).toBe(202);
    expect(moved.body()).toMatchObject({ from: 3, to: 1, actor: 'ada', reason });
  });

  it('a retraining is asked for, seen, cancelled and tried again', async () => {
    const asked = { model, action: 'retrain', reason, actor: 'ada' };
    const { decision } = (await ask('POST', '/v1/retrainings', asked)).body();
    expect(decision).toMatchObject({ kind: 'retrain', actor: 'ada' });
    expect(await codeOf(ask('POST', '/v1/retrainings', asked))).toBe('409 RETRAINING_UNDER_WAY');
    const [{ id }] = (await ask('GET', '/v1/retrainings')).body().retrainings;
    expect((await ask('GET', `/v1/retrainings/${id}`)).body()).toMatchObject({
      state: 'waiting',
      stages: [],
      logs: [],
    });
    const post = (action: string) => ask('POST', `/v1/retrainings/${id}/${action}`, { reason, actor: 'ada' });
    expect(await codeOf(post('retry'))).toBe('409 RETRAINING_NOT_FAILED');
    expect((await post('cancel')).body()).toMatchObject({
      state: 'cancelled',
      cancelled: { actor: 'ada', reason },
    });
    expect((await post('retry')).body()).toMatchObject({ id, state: 'failed-retried' });
    const kinds = (await ask('GET', `/v1/decisions?model=${model}&limit=4`)).body().decisions;
    expect(kinds.map(({ kind }: { kind: string }) => kind)).toEqual([
      'retry-retraining',
      'cancel-retraining',
      'skip',
      'retrain',
    ]);
  });

  it('an experiment is started with its plan, and stopped', async () => {
    const experiment = {
      name: 'night-shift',
      variants: [
        { name: 'control', target: 'champion', weight: 1 },
        { name: 'treatment', target: '2', weight: 1 },
      ],
      metric: { kind: 'proportion', name: 'label', better: 'lower', baseline: 0.2 },
      minimumEffect: 0.04,
      method: 'fixed',
    };
    const backdated = { model, reason, experiment: { ...experiment, startsAt: monday - day } };
    expect(await codeOf(ask('POST', '/v1/experiments', backdated))).toBe('400 INVALID_BODY');
    const started = (
      await ask('POST', '/v1/experiments', { model, reason, experiment, actor: 'ada' })
    ).body();
    expect(started).toMatchObject({
      versions: { control: 1, treatment: 2 },
      plan: { units: { control: 1447, treatment: 1447 } },
      ended: null,
    });
    expect(await codeOf(ask('POST', '/v1/rollouts', { model, version: 2, reason }))).toBe(
      '409 EXPERIMENT_RUNNING',
    );
    const stopped = await ask('POST', '/v1/experiments/night-shift/stop', { reason, actor: 'ada' });
    expect(stopped.body()).toMatchObject({ ended: { by: 'ada', how: 'stopped', why: reason } });
    expect((await ask('GET', '/v1/experiments')).body().experiments).toHaveLength(1);
  });

  it('alerts are taken from Alertmanager, each once', async () => {
    const alert = {
      status: 'firing',
      labels: { alertname: 'QualityLow', model, about: 'quality', severity: 'page' },
      annotations: { summary: 'AUC is low' },
      startsAt: '2001-05-07T12:00:00.000Z',
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: 'http://prometheus/graph',
      fingerprint: 'b71a1b2f6a0f5a5e',
    };
    const payload = {
      ...{ receiver: 'flightdeck', status: 'firing', version: '4', groupKey: '{}', truncatedAlerts: 0 },
      ...{ groupLabels: {}, commonLabels: {}, commonAnnotations: {}, externalURL: 'http://alertmanager' },
      alerts: [alert, { ...alert, fingerprint: 'other', labels: { alertname: 'DiskFull' } }],
    };
    const headers = { authorization: 'Bearer a-key-that-may-alarm' };
    const send = () => ask('POST', '/v1/alerts', payload, guarded, headers);
    expect((await send()).body()).toEqual({ accepted: 1, duplicate: 0, resolved: 0, ignored: 1 });
    expect((await send()).body()).toEqual({ accepted: 0, duplicate: 1, resolved: 0, ignored: 1 });
    expect((await parts.registry.decisions.list({ kind: 'alert' }))[0]).toMatchObject({
      actor: 'prometheus',
      reason: 'AUC is low',
    });
  });

  it('metrics show reports, decisions, the rollout and the queue, in bounded labels and once each', async () => {
    const { text, headers } = await ask('GET', '/metrics');
    expect(headers['content-type']).toContain('text/plain');
    for (const line of [
      'flightdeck_report_predictions{model="toy",endpoint="toy",version="1",outcome="answered",window="1440m"} 4800',
      'flightdeck_controller_decisions_total{model="toy",kind="retrain"} 1',
      'flightdeck_controller_decisions_total{model="toy",kind="roll-back"} 0',
      'flightdeck_queue_oldest_wait_seconds{queue="training"} 0',
      'flightdeck_rollout_status{model="toy",endpoint="toy",status="aborted"} 1',
      'flightdeck_rollout_candidate_ratio{model="toy",endpoint="toy",kind="canary"} 0',
      'flightdeck_experiment_status{model="toy",endpoint="toy",experiment="night-shift",status="stopped"} 1',
      'flightdeck_experiment_units{model="toy",endpoint="toy",experiment="night-shift",variant="control"} 0',
      'flightdeck_controller_leads 1',
      'flightdeck_controller_problems{model="toy",part="reports"} 0',
      'bullmq_job_count{queue="retraining",state="waiting"} 1',
      'process_resident_memory_bytes',
    ])
      expect(text).toContain(line);
    const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const series = samples.map((line) => line.slice(0, line.lastIndexOf(' ')));
    expect(new Set(series).size).toBe(series.length);
    const types = text.split('\n').filter((line) => line.startsWith('# TYPE'));
    expect(new Set(types).size).toBe(types.length);
  });
});

const promtool = spawnSync('promtool', ['--version']).status === 0;
if (!promtool)
  console.warn('promtool is not on PATH (Debian: prometheus): the metrics are not checked with it.');

it.skipIf(!promtool)(
  'promtool has nothing to say against the metrics but the name that BullMQ gives one',
  async () => {
    const { text: input } = await ask('GET', '/metrics');
    const { stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
    const known = 'bullmq_job_count non-histogram and non-summary metrics should not have "_count" suffix\n';
    expect({ stdout, stderr }).toEqual({ stdout: '', stderr: known });
  },
);

it('GET /v1 lists every route', async () => {
  const { routes } = (await ask('GET', '/v1')).body();
  for (const route of [
    'GET /v1/reports',
    'POST /v1/rollouts/{id}/{action}',
    'POST /v1/alerts',
    'GET /metrics',
  ])
    expect(routes).toContain(route);
});
