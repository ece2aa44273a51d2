// What a report says of traffic with a known fault: the item that must alarm does, the others do not.

import { type Database, openDatabase } from '@flightdeck/dataset';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AlarmPolicy, alarmPolicySchema, weeklyPolicy } from './alarm-policy.ts';
import { reportOf } from './report.ts';
import { itemsOf, type Report, reportSchema } from './report-schema.ts';
import { sketchWindow } from './sketch-window.ts';
import { hour, serve, subject, type Traffic, trainReference } from './traffic.fixture.ts';
import type { VersionReference } from './version-reference.ts';

let database: Database;
let reference: VersionReference;

beforeAll(async () => {
  database = await openDatabase();
  reference = await trainReference(database, 40_000);
});

afterAll(() => database.close());

const day = 24 * hour;
/** One window is enough for an alarm. */
const hasty = alarmPolicySchema.parse({
  ...weeklyPolicy,
  blockMinutes: 60,
  persistence: { service: 1, dataQuality: 1, drift: 1, quality: 1 },
});

interface Asked {
  readonly policy?: AlarmPolicy;
  readonly previous?: Report | null;
  /** The window's number: a day each. */
  readonly number?: number;
  /** After the window's end. */
  readonly later?: number;
}

async function reportOn(traffic: Partial<Traffic>, asked: Asked = {}): Promise<Report> {
  const { policy = hasty, previous = null, number = 0, later = 2 * day } = asked;
  const window = { from: subject.from + number * day, to: subject.to + number * day };
  await serve(database, { rows: 12_000, seed: 50 + number, ...window, ...traffic });
  const scope = { subject: { ...subject, ...window }, blockMinutes: policy.blockMinutes };
  const sketch = await sketchWindow(database, scope, reference);
  const report = reportOf({ sketch, reference, policy, now: window.to + later, previous });
  // What is stored is what was said.
  expect(reportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
  return report;
}

const alarms = (report: Report) =>
  itemsOf(report)
    .filter(({ verdict }) => verdict === 'drifted' || verdict === 'degraded')
    .map(({ item }) => item);

const itemOf = (report: Report, name: string) => itemsOf(report).find(({ item }) => item === name)!;

describe('a window that cannot be judged', () => {
  it('without traffic is inconclusive throughout, and says so', async () => {
    await serve(database, { rows: 10, seed: 1, from: 0, to: hour });
    const sketch = await sketchWindow(database, { subject, blockMinutes: 60 }, reference);
    const report = reportOf({ sketch, reference, policy: hasty, now: subject.to, previous: null });
    expect(reportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    expect(new Set(itemsOf(report).map(({ verdict }) => verdict))).toEqual(new Set(['inconclusive']));
    expect(report.service).toMatchObject({ answered: 0, latencyMs: null });
    expect(report.quality).toMatchObject({ rows: 0, coverage: null, recalibration: null, cause: 'none' });
    expect(itemOf(report, 'service:failed').message).toBe(
      'Failed predictions: no rows: too little to judge by, it takes 1,000 rows in 6 blocks of 60 min.',
    );
  });

  it('with too few rows raises no alarm, however bad they look', async () => {
    const report = await reportOn({ rows: 900, delayShift: 60, missing: 0.5, failed: 0.5, flipped: true });
    expect(report.verdict).toBe('inconclusive');
    expect(alarms(report)).toEqual([]);
  });

  it('with rows of a few minutes raises none either: they are one block', async () => {
    const to = subject.from + 20 * 60_000;
    await serve(database, { rows: 5_000, seed: 3, to, delayShift: 60 });
    const sketch = await sketchWindow(database, { subject, blockMinutes: 15 }, reference);
    const report = reportOf({ sketch, reference, policy: hasty, now: subject.to, previous: null });
    expect(alarms(report)).toEqual([]);
    expect(itemOf(report, 'drift:delay').effect).toMatchObject({ value: expect.any(Number) });
  });

  it('cannot come before the one it is said to follow', async () => {
    const report = await reportOn({});
    await expect(reportOn({}, { previous: report })).rejects.toMatchObject({ code: 'REPORT_ORDER' });
    const other = { ...report, version: 4 };
    await expect(reportOn({}, { previous: other, number: 1 })).rejects.toThrow('flight-delay v4');
  });
});

describe('traffic as in training', () => {
  it('is ok in every section', async () => {
    const report = await reportOn({});
    expect(report.reasons).toEqual([]);
    expect(report.verdict).toBe('ok');
    expect(report.quality).toMatchObject({ coverage: 1, cause: 'none', labelsSuspect: false });
  });
});

it('what is missing as often as in training, and so has no value to look up, is no fault', async () => {
  const { profile } = reference;
  const distance = profile.features.distance!;
  const missing = Math.round(0.12 * profile.rows);
  const lacking = {
    ...reference,
    profile: { ...profile, features: { ...profile.features, distance: { ...distance, missing } } },
  };
  await serve(database, { rows: 12_000, seed: 50, missing: 0.12 });
  const sketch = await sketchWindow(database, { subject, blockMinutes: 60 }, lacking);
  const report = reportOf({ sketch, reference: lacking, policy: hasty, now: subject.to, previous: null });
  expect(report.dataQuality.verdict).toBe('ok');
});

describe('a fault raises its alarm and no other', () => {
  it.each<[string, Partial<Traffic>, string[]]>([
    ['missing values', { missing: 0.04 }, ['missing:distance']],
    ['values that nobody could look up', { missing: 0.2 }, ['missing:distance', 'defaulted:distance']],
    ['values out of range', { outOfRange: 0.03 }, ['outOfRange:distance']],
    ['stale values', { stale: 0.2 }, ['stale:delay']],
    ['failures', { failed: 0.03 }, ['service:failed']],
    ['slow answers', { slow: 0.03 }, ['service:slow']],
    ['categories that training did not know', { unseen: 0.03 }, ['unseen:origin', 'drift:origin']],
    ['missing labels', { unlabelled: 0.3 }, ['quality:coverage']],
  ])('%s', async (_, traffic, expected) => {
    const report = await reportOn(traffic);
    expect(alarms(report)).toEqual(expected);
    expect(report.verdict).toBe('degraded');
  });

  it('inputs that have moved, and the score with them: drift, and no loss of quality', async () => {
    const report = await reportOn({ delayShift: 12 });
    expect(alarms(report)).toEqual(['drift:delay', 'drift:score']);
    expect(report.verdict).toBe('drifted');
    expect(report.quality).toMatchObject({ verdict: 'ok', cause: 'none' });
    const delay = report.drift.features.find(({ feature }) => feature === 'delay')!;
    // 12 minutes are 0.6 of the 20 by which the delay deviates.
    expect(delay.shift).toBeCloseTo(0.6, 1);
    expect(delay.wasserstein).toBeGreaterThan(9);
    expect(delay.wasserstein).toBeLessThan(12);
    expect(delay.p).toBeLessThan(1e-100);
  });

  it('probabilities that have lost their meaning: recalibrate', async () => {
    const report = await reportOn({ intercept: -0.5 });
    const { quality, verdict } = report;
    expect(verdict).toBe('degraded');
    expect(quality.cause).toBe('calibration');
    expect(quality.because).toContain('Ranking holds');
    expect(quality.recalibration!.intercept).toBeCloseTo(-0.5, 1);
    expect(quality.recalibration!.gapAfter!).toBeLessThan(quality.recalibration!.gap!);
    expect(itemOf(report, 'quality:rocAuc').verdict).toBe('ok');
  });

  it('scores that rank worse: no line mends that', async () => {
    const { quality } = await reportOn({ noise: 1.2 });
    expect(quality.cause).toBe('ranking');
    expect(quality.verdict).toBe('degraded');
    expect(quality.labelsSuspect).toBe(false);
  });

  it('labels that are all flipped: it is the labels that are suspect', async () => {
    const { quality } = await reportOn({ flipped: true });
    expect(quality.labelsSuspect).toBe(true);
    expect(quality.recalibration!.slope).toBeLessThan(0);
  });

  it('a harder day is not a worse model: the promise follows the share of positives', async () => {
    // More flights are late, and the scores say so: log loss rises, quality has not changed.
    const report = await reportOn({ delayShift: 8 });
    expect(report.quality.metrics.logLoss.value!).toBeGreaterThan(
      reference.promise.metrics.logLoss.value + 0.03,
    );
    expect(itemOf(report, 'quality:logLoss').verdict).toBe('ok');
  });
});

describe('labels that may still come', () => {
  it('are no alarm, and quality is not judged by those that came early', async () => {
    const report = await reportOn({ unlabelled: 0.3, flipped: true }, { later: hour });
    expect(alarms(report)).toEqual([]);
    expect(itemOf(report, 'quality:coverage').message).toContain('more may come until 2001-05-09 00:00 UTC');
    expect(itemOf(report, 'quality:rocAuc').message).toContain('labels are known of 7');
    expect(report.quality).toMatchObject({ verdict: 'inconclusive', cause: 'none', labelsSuspect: false });
  });
});

describe('persistence', () => {
  const patient = alarmPolicySchema.parse({ ...weeklyPolicy, blockMinutes: 60 });
  const drifting = { delayShift: 12 };

  it('takes three windows in a row; one as in training starts the count again', async () => {
    let previous: Report | null = null;
    const seen: [string, number][] = [];
    for (const [number, traffic] of [drifting, {}, drifting, drifting, drifting].entries()) {
      previous = await reportOn(traffic, { policy: patient, previous, number });
      const { verdict, streak } = itemOf(previous, 'drift:delay');
      seen.push([verdict, streak]);
    }
    expect(seen).toEqual([
      ['inconclusive', 1],
      ['ok', 0],
      ['inconclusive', 1],
      ['inconclusive', 2],
      ['drifted', 3],
    ]);
    expect(itemOf(previous!, 'drift:delay').message).toMatch(/for 3 windows in a row\.$/);
  });

  it('is neither lengthened nor broken by a window that cannot be judged', async () => {
    const first = await reportOn(drifting, { policy: patient });
    const night = await reportOn({ rows: 500 }, { policy: patient, previous: first, number: 1 });
    expect(itemOf(night, 'drift:delay')).toMatchObject({ verdict: 'inconclusive', streak: 1 });
    const third = await reportOn(drifting, { policy: patient, previous: night, number: 2 });
    expect(itemOf(third, 'drift:delay')).toMatchObject({ verdict: 'inconclusive', streak: 2 });
  });
});

describe('the policy for a day', () => {
  const daily = alarmPolicySchema.parse({ persistence: { drift: 1, quality: 1 } });

  it('lets pass what a day may well bring', async () => {
    expect(alarms(await reportOn({ delayShift: 12, intercept: -0.3 }, { policy: daily }))).toEqual([]);
  });

  it.each<[string, Partial<Traffic>, string]>([
    ['a frozen feature', { frozen: true }, 'drift:delay'],
    ['a feature in another unit', { delayShift: 200 }, 'drift:delay'],
    ['scores that rank by chance', { noise: 8 }, 'quality:rocAuc'],
    ['flipped labels', { flipped: true }, 'quality:rocAuc'],
  ])('still sees %s', async (_, traffic, item) => {
    expect(alarms(await reportOn(traffic, { policy: daily }))).toContain(item);
  });
});

describe('a feature that the policy does not watch', () => {
  it('is reported and raises no alarm', async () => {
    const policy = alarmPolicySchema.parse({ ...hasty, drift: { ...hasty.drift, unwatched: ['delay'] } });
    const report = await reportOn({ delayShift: 12 }, { policy });
    expect(alarms(report)).toEqual(['drift:score']);
    expect(itemOf(report, 'drift:delay')).toMatchObject({
      verdict: 'ok',
      message: expect.stringContaining('does not watch'),
    });
  });
});

it('a sentence has the number, its interval, the sample size and the threshold', async () => {
  const report = await reportOn({ missing: 0.05 });
  expect(report.reasons[0]).toMatch(
    /^Missing values of distance: [\d.]+ % \[[\d.]+ %, [\d.]+ %\] of 12,000 rows, at or above the allowed 2\.0 %\.$/,
  );
});

it('latency quantiles are those of the answers, to within 2.5 %', async () => {
  const { service } = await reportOn({ failed: 0.1 });
  const [told] = await database.rows(
    'select quantile_cont(latency_ms, [0.5, 0.95, 0.99]) as q from predictions where failure is null',
  );
  const { p50, p95, p99 } = service.latencyMs!;
  for (const [i, seen] of [p50, p95, p99].entries())
    expect(Math.abs(seen / (told!.q as number[])[i]! - 1)).toBeLessThan(0.03);
  expect(Object.keys(service.failures)).toEqual(['DEADLINE_EXCEEDED', 'MODEL_FAILED']);
});
