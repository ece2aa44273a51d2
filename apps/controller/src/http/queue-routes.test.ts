// The queue as the console sees it, with BullMQ's own dashboard, over real brokers of either kind without trainers.

import { findRedisServer } from '@flightdeck/queue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hour, model, monday } from '../traffic.fixture.ts';
import { type KeyedApp, keyedApp } from './keyed-app.fixture.ts';

const kinds =
  (await findRedisServer()) === null
    ? (['embedded-postgres'] as const)
    : (['private-redis', 'embedded-postgres'] as const);

describe.each(kinds)('on %s', (kind) => {
  let kit: KeyedApp;
  let id: string;
  beforeAll(async () => {
    kit = await keyedApp([{ version: 1, from: monday, to: monday + hour, rows: 500 }], kind);
    await kit.tick();
    const asked = { model, action: 'retrain', reason: 'a test wants it' };
    await kit.ask('POST', '/v1/retrainings', asked);
    id = (await kit.ask('GET', '/v1/retrainings')).body.retrainings[0].id;
  });
  afterAll(() => kit?.close());

  const board = '/bull-board';
  const queuesOf = async () => (await kit.ask('GET', `${board}/api/queues`, undefined, 'read')).body.queues;

  it('refuses whoever may not look, and changes by whoever may only look', async () => {
    for (const url of ['/v1/queue/jobs', board, `${board}/api/queues`, `${board}/static/favicon.ico`])
      expect(await kit.ask('GET', url, undefined, 'none')).toMatchObject({
        status: 401,
        code: 'KEY_REQUIRED',
      });
    for (const action of ['pause', 'empty', 'obliterate'])
      expect(await kit.ask('PUT', `${board}/api/queues/training/${action}`, undefined, 'read')).toMatchObject(
        {
          status: 403,
          code: 'SCOPE_MISSING',
        },
      );
    expect((await kit.ask('GET', '/v1/retrainings')).body.paused).toBe(false);
  });

  it('a limit is a limit', async () => {
    expect(await kit.ask('GET', '/v1/queue/jobs?limit=0')).toMatchObject({ code: 'INVALID_QUERY' });
    expect((await kit.ask('GET', '/v1/retrainings?limit=1')).body.retrainings).toHaveLength(1);
    expect((await kit.ask('GET', '/v1/queue/jobs')).body).toEqual({ jobs: [] });
  });

  it('a retraining has its steps from the data to the traffic', async () => {
    const { body } = await kit.ask('GET', `/v1/retrainings/${id}`, undefined, 'read');
    const steps = body.steps.map(({ name, state }: Record<string, string>) => `${name} ${state}`);
    expect(steps).toEqual(
      ['snapshot', 'trials', 'evaluate', 'gate', 'register', 'rollout'].map((name) => `${name} waiting`),
    );
  });

  it('Bull Board is a page that only our own pages frame, and that asks nobody else for anything', async () => {
    const { status, headers, text } = await kit.ask('GET', `${board}/queue/training`, undefined, 'read');
    expect(status).toBe(200);
    expect(headers['content-security-policy']).toContain("default-src 'self'");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'self'");
    expect(text).toContain('<base href="/bull-board/"');
    expect(text).not.toMatch(/(src|href)="https?:/);
    const [script] = /static\/js\/main\.\w+\.js/.exec(text) ?? [];
    expect((await kit.ask('GET', `${board}/${script}`, undefined, 'read')).status).toBe(200);
  });

  it('shows the queues as they are, and what is changed with it is in the record with who', async () => {
    const found = await queuesOf();
    expect(found.map(({ name }: { name: string }) => name)).toEqual(['retraining', 'training']);
    const { status } = await kit.ask('PUT', `${board}/api/queues/training/pause`);
    expect(status).toBe(200);
    expect((await kit.ask('GET', '/v1/retrainings')).body.paused).toBe(true);
    const [told] = await kit.registry.decisions.list({ kind: 'bull-board' });
    expect(told).toMatchObject({
      actor: 'ada',
      evidence: { method: 'PUT', path: '/api/queues/training/pause' },
    });
    await kit.ask('PUT', `${board}/api/queues/training/resume`);
    expect((await kit.ask('PUT', `${board}/api/queues/nothing/pause`)).status).toBe(404);
    expect(await kit.registry.decisions.list({ kind: 'bull-board' })).toHaveLength(2);
  });

  it('Bull Board has no line of its own in the list of routes', async () => {
    const { routes } = (await kit.ask('GET', '/v1')).body;
    expect(routes.filter((route: string) => route.includes(board))).toEqual([]);
  });
});
