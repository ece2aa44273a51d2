// What of reports and of the schedule becomes a reason. The reports are cut down to what is looked at.

import { alarmPolicySchema, type Report } from '@flightdeck/monitoring';
import { describe, expect, it } from 'vitest';
import { type ModelPolicy, readPolicy } from '../policy.ts';
import { day, hour, model, monday } from '../traffic.fixture.ts';
import { qualityFrom, scheduleTrigger, settledReports, triggersFrom } from './triggers.ts';

const alarms = alarmPolicySchema.parse({ quality: { labelDelayMinutes: 360 } });
const windows = [1_440, 7 * 1_440].map((length) => ({ lengthMinutes: length, stepMinutes: length, alarms }));
const policy: ModelPolicy = { ...(await readPolicy('/nowhere', model)), windows };

const interval = { value: 0.1, low: 0.05, high: 0.15, promised: 0.12 };

function reportOf(
  days: [number, number],
  { drift = 'ok', quality = 'ok', rows = 0 }: { drift?: string; quality?: string; rows?: number } = {},
): Report {
  const metrics = { rocAuc: interval, logLoss: interval, brier: interval, ece: { ...interval, low: 0.01 } };
  return {
    ...{ model, endpoint: model, version: 3, verdict: 'ok', madeAt: 0 },
    window: { from: monday + days[0] * day, to: monday + days[1] * day },
    drift: { verdict: drift },
    quality: { verdict: quality, rows, coverage: rows === 0 ? 0 : 0.95, metrics, eceNoise: 0.02 },
  } as unknown as Report;
}

describe('a report', () => {
  const fresh = reportOf([6, 7], { drift: 'drifted' });
  const settled = reportOf([5, 6], { drift: 'drifted' });

  it('is not looked at while its labels may still come, unless enough are there already', () => {
    const now = monday + 7 * day + 5 * hour;
    expect(settledReports([fresh, settled], policy, now)).toEqual([settled]);
    const known = reportOf([6, 7], { rows: 5_000 });
    expect(settledReports([known, settled], policy, now)).toEqual([known]);
    expect(settledReports([fresh], policy, now)).toEqual([]);
    expect(settledReports([fresh, settled], policy, monday + 7 * day + 6 * hour)).toEqual([fresh]);
  });

  it('of a longer window comes first, each of its own length', () => {
    const week = reportOf([0, 7], { quality: 'degraded' });
    expect(settledReports([fresh, week, settled], policy, monday + 8 * day)).toEqual([week, fresh]);
  });

  it('without an alarm is no reason', () => {
    expect(triggersFrom(reportOf([0, 1], { drift: 'inconclusive', quality: 'inconclusive' }))).toEqual([]);
  });

  it('is a reason by the same name whenever it is made again', () => {
    expect(triggersFrom(reportOf([0, 1], { drift: 'drifted', quality: 'degraded', rows: 9 }))).toEqual([
      {
        source: 'drift',
        id: 'drift:toy:v3:2001-05-07T00:00:00.000Z/2001-05-08T00:00:00.000Z',
        at: monday + day,
      },
      {
        source: 'quality',
        id: 'quality:toy:v3:2001-05-07T00:00:00.000Z/2001-05-08T00:00:00.000Z',
        at: monday + day,
      },
    ]);
  });

  it('tells quality where it can be computed, calibration less what chance does to it', () => {
    expect(qualityFrom(undefined)).toBeNull();
    expect(qualityFrom({ ...settled, quality: { ...settled.quality, coverage: null } })).toBeNull();
    expect(qualityFrom(reportOf([0, 1], { rows: 5_000 }))).toEqual({
      labels: 5_000,
      coverage: 0.95,
      auc: { value: 0.1, low: 0.05, high: 0.15 },
      referenceAuc: 0.12,
      calibrationError: { value: 0.1 - 0.02, low: 0, high: 0.15 - 0.02 },
    });
  });
});

describe('a schedule', () => {
  const weekly = { everyMinutes: 7 * 1_440 };

  it('that is not declared is never due, nor is one before the log has gone past a time of it', () => {
    expect(scheduleTrigger({ everyMinutes: null }, 0, monday)).toEqual([]);
    // 1970 began on a Thursday, and so do its weeks.
    expect(scheduleTrigger(weekly, monday, monday + 2 * day)).toEqual([]);
  });

  it('is due once for each interval, by event time', () => {
    const thursday = monday + 3 * day;
    const id = 'schedule:2001-05-10T00:00:00.000Z';
    expect(scheduleTrigger(weekly, monday, thursday)).toEqual([{ source: 'schedule', id, at: thursday }]);
    expect(scheduleTrigger(weekly, monday, thursday + 6 * day)).toMatchObject([{ id }]);
    expect(scheduleTrigger(weekly, monday, thursday + 7 * day)).not.toMatchObject([{ id }]);
  });
});
