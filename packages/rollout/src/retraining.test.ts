// When to train, when to recalibrate, and when to do nothing; above all when to do nothing.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideRetraining } from './retraining.ts';
import {
  type MaturedQuality,
  type RetrainingAction,
  retrainingEvidenceSchema,
  retrainingPolicySchema,
  type Trigger,
} from './retraining-policy.ts';

const minute = 60_000;
const now = Date.UTC(2001, 4, 15, 12);

const policy = retrainingPolicySchema.parse({
  quality: {
    minimumLabels: 1_000,
    minimumCoverage: 0.5,
    maximumAucLoss: 0.02,
    maximumCalibrationError: 0.01,
  },
  retrain: { cooldownMinutes: 360, perDay: 2 },
  recalibrate: { cooldownMinutes: 60, perDay: 4 },
});

const drift: Trigger = { source: 'drift', id: 'report-7:drift', at: now };
const onQuality: Trigger = { source: 'quality', id: 'report-7:quality', at: now };
const schedule: Trigger = { source: 'schedule', id: 'week-20', at: now };
const alertOnDrift: Trigger = { source: 'alert', id: 'alert-1', at: now, about: 'drift' };
const alertOnQuality: Trigger = { source: 'alert', id: 'alert-2', at: now, about: 'quality' };
const ada: Trigger = { source: 'person', id: 'ada-1', at: now, by: 'ada', action: 'retrain' };

const holding: MaturedQuality = {
  labels: 20_000,
  coverage: 0.9,
  auc: { value: 0.91, low: 0.905, high: 0.915 },
  referenceAuc: 0.917,
  calibrationError: { value: 0.005, low: 0.003, high: 0.008 },
};
const miscalibrated = { ...holding, calibrationError: { value: 0.03, low: 0.02, high: 0.04 } };
const decayed = { ...holding, auc: { value: 0.85, low: 0.84, high: 0.86 } };
const unsure = { ...holding, auc: { value: 0.9, low: 0.88, high: 0.92 } };
const few = { ...holding, labels: 900 };
const early = { ...decayed, coverage: 0.2 };
const flipped = { ...holding, auc: { value: 0.09, low: 0.08, high: 0.1 } };

function decide(
  triggers: readonly Trigger[],
  quality: MaturedQuality | null,
  history: readonly RetrainingAction[] = [],
) {
  return decideRetraining({ triggers: [...triggers], quality }, policy, history, now);
}

function past(action: 'retrain' | 'recalibrate', minutesAgo: number, active = false): RetrainingAction {
  return { at: now - minutesAgo * minute, action, triggers: [`old-${minutesAgo}`], active };
}

describe('nothing is done', () => {
  it.each([
    ['without a trigger', [], decayed, 'No trigger'],
    ['for drift while quality holds', [drift], holding, 'information, not a trigger'],
    ['for an alert on drift while quality holds', [alertOnDrift], holding, 'information, not a trigger'],
    ['for drift while quality is not shown to have decayed', [drift], unsure, 'information, not a trigger'],
    [
      'for an alarm on quality that the labels do not bear out',
      [alertOnQuality, onQuality],
      holding,
      '2 alarms on quality',
    ],
    ['for an alarm on quality without labels', [onQuality], null, 'which too few labels can bear out'],
    ['for labels that look flipped', [onQuality, drift, schedule], flipped, 'a person must look'],
  ])('%s', (_, triggers, quality, words) => {
    const decision = decide(triggers, quality);
    expect(decision.action).toBe('skip');
    expect(decision.why).toContain(words);
  });

  it.each([
    [
      'while something is under way',
      [past('recalibrate', 5, true)],
      'a recalibration is under way since 2001-05-15T11:55',
    ],
    ['during the cooldown', [past('recalibrate', 300)], 'cools down until 2001-05-15T13:00'],
    [
      'beyond the budget',
      [past('retrain', 1_200), past('retrain', 400)],
      'the budget of 2 in 24 hours is spent',
    ],
  ])('%s, though ranking has decayed', (_, history, words) => {
    const decision = decide([onQuality], decayed, history);
    expect(decision.action).toBe('skip');
    expect(decision.why).toMatch(/^Ranking has decayed.* But /);
    expect(decision.why).toContain(words);
  });

  it('for a trigger that an action has answered, however often it comes again', () => {
    const history = [{ ...past('retrain', 2_000), triggers: [onQuality.id] }];
    expect(decide([onQuality, onQuality], decayed, history)).toMatchObject({ action: 'skip', triggers: [] });
  });

  it('for a person, while something is under way', () => {
    expect(decide([ada], holding, [past('retrain', 5, true)]).action).toBe('skip');
  });
});

describe('it trains', () => {
  it.each([
    ['where ranking has decayed', [onQuality], decayed],
    ['where inputs have drifted and quality agrees', [drift], decayed],
    ['where inputs have drifted and there are no labels', [drift], null],
    ['where inputs have drifted and there are few labels', [alertOnDrift], few],
    ['where inputs have drifted and only the early labels are known', [drift], early],
    ['on schedule, though all holds', [schedule], holding],
    ['where a person asks', [ada], holding],
    ['where both ranking and calibration have decayed', [onQuality], { ...miscalibrated, auc: decayed.auc }],
  ])('%s', (_, triggers, quality) => {
    expect(decide(triggers, quality).action).toBe('retrain');
  });

  it('for a person, in spite of cooldown and budget', () => {
    const history = [past('retrain', 60), past('retrain', 30), past('retrain', 1)];
    expect(decide([ada], holding, history)).toMatchObject({
      action: 'retrain',
      why: 'ada asked to retrain.',
    });
  });

  it('again, after the cooldown and within the budget of the last 24 hours', () => {
    expect(decide([onQuality], decayed, [past('retrain', 1_500), past('retrain', 361)]).action).toBe(
      'retrain',
    );
  });
});

describe('it recalibrates', () => {
  it.each([
    ['where ranking holds and calibration has drifted', [onQuality], miscalibrated],
    ['where drift is the alarm and calibration the damage', [drift], miscalibrated],
    ['where ranking is not shown to have decayed', [onQuality], { ...miscalibrated, auc: unsure.auc }],
  ])('%s', (_, triggers, quality) => {
    expect(decide(triggers, quality).action).toBe('recalibrate');
  });

  it('with limits of its own', () => {
    expect(decide([onQuality], miscalibrated, [past('retrain', 61), past('retrain', 90)]).action).toBe(
      'recalibrate',
    );
  });
});

it('says number, interval, limit and sample size', () => {
  expect(decide([drift], miscalibrated).reasons).toEqual([
    'Ranking holds: AUC fell by 0.0070 [0.0020, 0.0120] from 0.9170 on 20,000 labels, where 0.02 is allowed.',
    'Calibration has decayed: its error is 0.0300 [0.0200, 0.0400], where 0.01 is allowed.',
  ]);
  expect(decide([drift], few).reasons).toEqual([
    'Quality is unknown: 900 labels, 90 % of the window, where 1,000 labels and 50 % are needed to judge it.',
  ]);
});

it('a storm of 1,000 triggers a second for a minute starts one run', () => {
  let history: RetrainingAction[] = [];
  for (let second = 0; second < 60; second++) {
    const triggers = Array.from(
      { length: 1_000 },
      (_, i): Trigger => ({ ...onQuality, id: `${second}-${i}` }),
    );
    const at = now + second * 1_000;
    const { action, triggers: ids } = decideRetraining({ triggers, quality: decayed }, policy, history, at);
    // Half a minute later it has finished, and the storm goes on.
    history = history.map((each) => ({ ...each, active: second < 30 }));
    if (action !== 'skip') history = [...history, { at, action, triggers: ids, active: true }];
  }
  expect(history.length).toBe(1);
});

it('whatever comes, limits are kept unless a person asks, and nothing starts twice at once', () => {
  const trigger = fc.constantFrom(drift, onQuality, schedule, alertOnDrift, alertOnQuality, ada);
  const quality = fc.constantFrom(holding, miscalibrated, decayed, unsure, few, flipped, null);
  const steps = fc.array(
    fc.record({ after: fc.nat({ max: 300 }), triggers: fc.array(trigger), quality, finish: fc.boolean() }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(steps, (all) => {
      let [time, history] = [now, [] as RetrainingAction[]];
      for (const [i, step] of all.entries()) {
        time += step.after * minute;
        if (step.finish) history = history.map((each) => ({ ...each, active: false }));
        const triggers = step.triggers.map((each) => ({ ...each, id: `${each.id}-${i}` }));
        const evidence = retrainingEvidenceSchema.parse({ triggers, quality: step.quality });
        const decision = decideRetraining(evidence, policy, history, time);
        expect(decision.reasons.length).toBeGreaterThan(0);
        if (decision.action === 'skip') continue;
        expect(history.some(({ active }) => active)).toBe(false);
        expect(triggers.length).toBeGreaterThan(0);
        if (!triggers.some(({ source }) => source === 'person')) {
          const { cooldownMinutes, perDay } = policy[decision.action];
          const last = history.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
          expect(time - last).toBeGreaterThanOrEqual(cooldownMinutes * minute);
          const same = history.filter(
            (each) => each.action === decision.action && each.at > time - 1_440 * minute,
          );
          expect(same.length).toBeLessThan(perDay);
        }
        history = [
          ...history,
          { at: time, action: decision.action, triggers: decision.triggers, active: true },
        ];
      }
    }),
  );
});
