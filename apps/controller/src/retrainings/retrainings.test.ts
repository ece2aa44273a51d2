// What is decided about training, over a real queue without trainers: what is handed in waits there, and counts as under way.

import type { Report } from '@flightdeck/monitoring';
import type { RetrainingQueue } from '@flightdeck/queue';
import { openRegistry, type Registry } from '@flightdeck/registry';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestBroker, type TestBroker } from '../broker.fixture.ts';
import { decisionLog } from '../decision-log.ts';
import { endpointOf } from '../endpoint-of.ts';
import { type ModelPolicy, readPolicy } from '../policy.ts';
import { reportsMade } from '../reports/reports-made.ts';
import { day, freshHome, hour, model, monday, moveAlias, registerVersions } from '../traffic.fixture.ts';
import { alertStore } from './alerts.ts';
import { retrainings } from './retrainings.ts';

let broker: TestBroker;
let registry: Registry;
let policy: ModelPolicy;
let reports: ReturnType<typeof reportsMade>;

beforeAll(async () => {
  broker = await startTestBroker();
});

afterAll(() => broker?.stop());

beforeEach(async () => {
  const home = await freshHome();
  registry = await openRegistry({ home });
  await registerVersions(registry, 2);
  policy = await readPolicy(home, model);
  reports = reportsMade(registry);
  await reports.load({ endpoint: model, version: 1 });
  return async () => {
    // The queue is the file's, and so is what is in it.
    const { active, waiting } = await broker.queue.history(model);
    for (const { id } of [...active, ...waiting])
      await broker.queue.cancel(id, { actor: 'test', reason: 'over' });
    await registry.close();
  };
});

/** As a process has it that has just started. */
function desk(queue: RetrainingQueue = broker.queue) {
  const decisions = decisionLog(registry);
  const alerts = alertStore(registry, decisions);
  const policyOf = async () => policy;
  return retrainings({ registry, decisions, queue, alerts, reports, policyOf, timeOf: () => now });
}

/** Each test has a day of its own, so that it has jobs of its own in the queue. */
let now = monday;
beforeEach(() => {
  now += 7 * day;
});

const consider = async (of = desk(), at = now) => of.consider(await endpointOf(registry, model), at, monday);
const ada = { by: 'ada', why: 'the season has changed' };

const interval = (value: number, spread = 0.002) => ({ value, low: value - spread, high: value + spread });
const holding = { rocAuc: interval(0.9), ece: interval(0.01) };
const decayed = { rocAuc: interval(0.8), ece: interval(0.01) };
const miscalibrated = { rocAuc: interval(0.9), ece: interval(0.05) };

/** A report of the day that ended three days ago: its labels have had their time. */
function reported(
  verdicts: { drift?: string; quality?: string },
  metrics: typeof holding | null = holding,
  version = 1,
): void {
  const none = { value: null, low: null, high: null };
  const { rocAuc, ece } = metrics ?? { rocAuc: none, ece: none };
  reports.add({
    ...{ model, endpoint: model, version, verdict: 'degraded', madeAt: now },
    window: { from: now - 4 * day, to: now - 3 * day },
    drift: { verdict: verdicts.drift ?? 'ok' },
    quality: {
      verdict: verdicts.quality ?? 'ok',
      ...{ rows: metrics ? 5_000 : 0, coverage: metrics ? 0.95 : 0, eceNoise: 0.004 },
      metrics: { rocAuc: { ...rocAuc, promised: 0.91 }, ece: { ...ece, promised: 0.01 } },
    },
  } as unknown as Report);
}

const decided = async () => (await registry.decisions.list({ model })).map(({ kind }) => kind).toReversed();
const queued = async () => (await broker.queue.history(model)).waiting.map(({ job }) => job);

describe('nothing is handed in', () => {
  it('without a reason, and nothing is written then', async () => {
    reported({});
    await consider();
    expect(await decided()).toEqual([]);
  });

  it('for drift while quality holds, which is written once, not at every tick', async () => {
    reported({ drift: 'drifted' });
    const once = desk();
    for (let i = 0; i < 3; i++) await consider(once, now + i * hour);
    await consider(desk());
    expect(await decided()).toEqual(['skip']);
    const [skip] = await registry.decisions.list();
    expect(skip).toMatchObject({
      actor: 'controller',
      reason: expect.stringContaining('information, not a trigger'),
      evidence: {
        champion: 1,
        triggers: [expect.stringContaining('drift:toy:v1')],
        report: { verdict: 'degraded' },
      },
    });
    expect(await queued()).toEqual([]);
  });

  it('for a report on a version that is not the champion any more', async () => {
    reported({ quality: 'degraded' }, decayed);
    await moveAlias(registry, 'champion', 2);
    await consider();
    expect(await decided()).toEqual([]);
  });

  it('while a candidate is on its way, unless a person asks', async () => {
    reported({ quality: 'degraded' }, decayed);
    await registry.rollouts.start('r1', model, {});
    await consider();
    expect(await decided()).toEqual(['skip']);
    expect((await registry.decisions.list())[0]!.reason).toContain('But r1 is under way.');
    await desk().ask(model, 'retrain', { ...ada, id: 'r' });
    expect(await decided()).toEqual(['skip', 'retrain']);
  });
});

describe('it is handed in', () => {
  it('to train, where ranking has decayed: the job with its trigger, the decision with its numbers', async () => {
    reported({ quality: 'degraded', drift: 'drifted' }, decayed);
    await consider();
    expect(await queued()).toEqual([
      {
        ...{ kind: 'retrain', model, rows: null, seed: 1, trials: 4, actor: 'controller', until: now },
        trigger: {
          kind: 'quality',
          reason: expect.stringContaining('Ranking has decayed'),
          evidence: expect.objectContaining({ champion: 1 }),
        },
      },
    ]);
    const [decision] = await registry.decisions.list();
    expect(decision).toMatchObject({
      kind: 'retrain',
      evidence: {
        at: now,
        reasons: [
          expect.stringContaining('AUC fell by 0.1100'),
          expect.stringContaining('Calibration holds'),
        ],
        job: { until: now },
      },
    });
  });

  it('to recalibrate the champion, where only calibration has drifted', async () => {
    reported({ quality: 'degraded' }, miscalibrated);
    await consider();
    expect(await queued()).toMatchObject([{ kind: 'recalibrate', version: 1 }]);
  });

  it('to train, where inputs have drifted and labels are missing though they have had their time', async () => {
    reported({ drift: 'drifted' }, null);
    await consider();
    expect(await queued()).toMatchObject([{ kind: 'retrain', trigger: { kind: 'drift' } }]);
  });

  it('on schedule, once for each interval', async () => {
    policy = { ...policy, retraining: { ...policy.retraining, everyMinutes: 1_440 } };
    const once = desk();
    await consider(once);
    await consider(once, now + hour);
    expect(await queued()).toMatchObject([{ trigger: { kind: 'schedule' }, until: now }]);
    expect(await decided()).toEqual(['retrain']);
  });

  it('for what a person asks, in their words, and not twice at the same time', async () => {
    const once = desk();
    expect(await once.ask(model, 'recalibrate', { ...ada, id: '1' })).toMatchObject({
      kind: 'recalibrate',
      actor: 'ada',
      reason: 'ada asked to recalibrate: "the season has changed"',
    });
    expect(await queued()).toMatchObject([{ actor: 'ada', trigger: { kind: 'person', reason: ada.why } }]);
    const again = once.ask(model, 'retrain', { ...ada, id: '2' });
    await expect(again).rejects.toMatchObject({
      code: 'RETRAINING_UNDER_WAY',
      message: expect.stringContaining('a recalibration is under way'),
    });
    expect(await decided()).toEqual(['recalibrate', 'skip']);
  });

  it('again only after the cooldown, which a cancelled one begins as well', async () => {
    reported({ quality: 'degraded' }, miscalibrated);
    const once = desk();
    await consider(once);
    const { waiting } = await broker.queue.history(model);
    await broker.queue.cancel(waiting[0]!.id, { actor: 'ada', reason: 'no' });
    now += 6 * hour;
    reported({ quality: 'degraded' }, miscalibrated);
    await consider(once);
    expect((await registry.decisions.list())[0]).toMatchObject({
      kind: 'skip',
      reason: expect.stringContaining('cools down'),
    });
    now += 6 * hour;
    await consider(once);
    expect(await decided()).toEqual(['recalibrate', 'skip', 'recalibrate']);
  });
});

it('a controller that dies between its decision and the queue leaves one that the next one hands in, once', async () => {
  reported({ quality: 'degraded' }, decayed);
  const dying = { ...broker.queue, submit: () => Promise.reject(new Error('killed')) };
  await expect(consider(desk(dying))).rejects.toThrow('killed');
  expect([await decided(), await queued()]).toEqual([['retrain'], []]);
  // The next one finds it, whatever else there is to decide, and however late.
  reports = reportsMade(registry);
  for (let i = 1; i <= 3; i++) await consider(desk(), now + i * hour);
  expect(await queued()).toMatchObject([{ kind: 'retrain', until: now }]);
  expect(await decided()).toEqual(['retrain']);
});

it('a storm of a thousand alerts a second for a minute starts one run', async () => {
  const decisions = decisionLog(registry);
  const alerts = alertStore(registry, decisions);
  const policyOf = async () => policy;
  const storm = retrainings({
    registry,
    decisions,
    queue: broker.queue,
    alerts,
    reports,
    policyOf,
    timeOf: () => now,
  });
  reported({}, decayed);
  for (let second = 0; second < 60; second++) {
    const sent = Array.from({ length: 1_000 }, (_, i) => ({
      ...{ status: 'firing' as const, annotations: {}, startsAt: `${second}` },
      ...{ labels: { model, about: 'quality' }, fingerprint: `${second}-${i}` },
    }));
    await Promise.all(sent.map((alert) => alerts.take(alert, 'prometheus', now + second * 1_000)));
    await consider(storm, now + second * 1_000);
  }
  expect(await queued()).toMatchObject([{ kind: 'retrain' }]);
  const kinds = await decided();
  expect(kinds.filter((kind) => kind === 'retrain')).toHaveLength(1);
  expect(kinds.length).toBeLessThan(6);
});
