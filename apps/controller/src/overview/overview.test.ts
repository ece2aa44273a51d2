import type { OverviewAnswer } from '@flightdeck/admin-api';
import { manualClock } from '@flightdeck/core';
import { openTrainingQueue, type RetrainingQueue } from '@flightdeck/queue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestBroker, type TestBroker } from '../broker.fixture.ts';
import { testController } from '../controller.fixture.ts';
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
import { logTallies } from './log-tally.ts';

let broker: TestBroker;

beforeAll(async () => {
  broker = await startTestBroker();
});
afterAll(() => broker.stop());

type Kit = Awaited<ReturnType<typeof openKit>>;

async function openKit(home: string, queue: RetrainingQueue = broker.queue) {
  const parts = await testController({ home, queue });
  const app = await parts.appWith();
  return {
    ...{ ...parts, app },
    async get(url: string): Promise<{ status: number; body: OverviewAnswer }> {
      const answer = await app.inject({ method: 'GET', url });
      return { status: answer.statusCode, body: answer.json() };
    },
  };
}

describe('of a registry with nothing in it', () => {
  let kit: Kit;
  beforeAll(async () => {
    kit = await openKit(await freshHome());
  });
  afterAll(() => kit.close());

  it('names no model, and refuses one that is asked for', async () => {
    expect((await kit.get('/v1/overview')).body).toMatchObject({ models: [], model: null, timeline: [] });
    expect(await kit.get('/v1/overview?model=nobody')).toMatchObject({
      status: 404,
      body: { error: { code: 'MODEL_NOT_FOUND' } },
    });
    expect((await kit.get('/v1/overview?modle=toy')).status).toBe(400);
  });

  it('shows the training that waits for a trainer, before there is a model', async () => {
    const trainings = await openTrainingQueue(broker.url);
    const job = { model, rows: 100, seed: 1, actor: 'ada', reason: 'the first', promote: true, key: '' };
    const { id } = await trainings.submit(job);
    expect((await kit.get('/v1/overview')).body.trainers).toMatchObject({
      ...{ paused: false, active: 0, waiting: 1 },
      jobs: [{ id, model, retraining: null, stage: null, state: 'waiting', progress: null }],
    });
    await trainings.withdraw(id);
    await trainings.close();
    expect((await kit.get('/v1/overview')).body.trainers).toMatchObject({ waiting: 0, jobs: [] });
  });
});

it('goes on where the broker does not answer', async () => {
  const lost = await startTestBroker();
  const kit = await openKit(await freshHome(), lost.queue);
  await lost.stop();
  expect(await kit.get('/v1/overview')).toMatchObject({ status: 200, body: { trainers: null } });
  await kit.close();
});

describe('of a model that serves', () => {
  let kit: Kit;
  let home: string;
  beforeAll(async () => {
    home = await freshHome();
    kit = await openKit(home);
    await registerVersions(kit.registry, 3);
    await moveAlias(kit.registry, 'champion', 2, 'grace');
    await recordTraffic(
      home,
      { version: 2, from: monday, to: monday + 30 * hour, rows: 4_000, unlabelled: 0.5 },
      { version: 2, from: monday, to: monday + hour, rows: 500, failed: 1, seed: 2 },
    );
  });
  afterAll(() => kit.close());

  it('says who made the champion, and what of', async () => {
    const { models, model: seen } = (await kit.get(`/v1/overview?model=${model}`)).body;
    expect(models).toEqual([model]);
    expect(seen).toMatchObject({
      ...{ name: model, versions: 3, challenger: null },
      champion: {
        version: 2,
        runId: 'run-2',
        by: 'grace',
        reason: 'a test says so',
        features: 2,
        runMs: null,
      },
      endpoint: {
        name: model,
        traffic: [{ target: 'champion', version: 2, share: 1 }],
        shadows: [],
        rollout: null,
      },
    });
  });

  it('says nothing of a log that has not been counted, then what is in it, and counts no more than it has to', async () => {
    const clock = manualClock(monday);
    let announced = 0;
    const tallies = logTallies({ home, memoryLimit: '256MB', clock, onCounted: () => announced++ });
    expect(tallies.of(model)).toBeNull();
    await tallies.settled();
    const tally = tallies.of(model);
    expect(tally).toMatchObject({ predictions: 4_500, failed: 500, from: monday });
    expect(tally!.labelled).toBeGreaterThan(1_800);
    expect(tally!.labelled).toBeLessThan(2_200);

    await recordTraffic(home, { version: 2, from: monday + 30 * hour, to: monday + 31 * hour, rows: 100 });
    tallies.of(model);
    await tallies.settled();
    expect([tallies.of(model)!.predictions, announced]).toEqual([4_500, 1]);
    clock.advance(day);
    tallies.of(model);
    await tallies.settled();
    expect([tallies.of(model)!.predictions, announced]).toEqual([4_600, 2]);
  });

  it('has the current reports in sentences once they are made', async () => {
    expect((await kit.get('/v1/overview')).body.model?.reports).toEqual([]);
    await kit.tick();
    const { reports } = (await kit.get('/v1/overview')).body.model!;
    expect(reports).toMatchObject([{ endpoint: model, version: 2, from: monday, to: monday + day }]);
    const [stored] = await kit.registry.reports.list();
    expect(reports[0]!.verdict).toBe(stored!.verdict);
    const sections = Object.fromEntries(reports[0]!.sections.map((one) => [one.name, one]));
    expect(sections.service).toMatchObject({
      verdict: 'degraded',
      sentence: expect.stringContaining('Failed'),
    });
    expect(sections.drift).toMatchObject({ verdict: 'ok', sentence: expect.stringMatching(/^\d+ checks/) });
  });

  it('tells what was decided and by whom, people and the controller in one line of time', async () => {
    const reason = 'a test wants it';
    await kit.app.inject({
      method: 'POST',
      url: '/v1/rollouts',
      payload: { model, version: 3, reason, actor: 'ada' },
    });
    const { timeline, model: seen } = (await kit.get('/v1/overview')).body;
    const rollout = seen!.endpoint!.rollout!;
    expect(rollout).toMatchObject({ candidate: 3, champion: 2, status: 'running', step: 0 });
    const start = timeline.find(({ kind }) => kind === 'start-rollout');
    expect(start).toMatchObject({
      ...{ actor: 'ada', reason: expect.stringContaining(reason), version: 3, verdict: null },
      rollout: { id: rollout.id, endpoint: model },
    });
    expect(timeline.filter(({ kind }) => kind === 'make-champion')).toMatchObject([
      { actor: 'grace', version: 2 },
      { actor: 'ada', version: 1 },
    ]);
    const times = timeline.map(({ at }) => at);
    expect(times).toEqual(times.toSorted().toReversed());
  });
});
