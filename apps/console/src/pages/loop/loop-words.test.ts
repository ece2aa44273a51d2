import type { OverviewAnswer, ReportSummary } from '@flightdeck/admin-api';
import { describe, expect, it } from 'vitest';
import { alarmsIn, headlineOf, jobWords, worstOf } from './loop-words.ts';

const trainers = { paused: false, active: 0, waiting: 0, failed: 0, jobs: [] };
const nothing: OverviewAnswer = { models: [], model: null, trainers, timeline: [] };
const endpoint = {
  ...{ name: 'toy', model: 'toy', updatedAt: '', rollout: null, experiment: null, shadows: [] },
  traffic: [{ target: 'champion', version: 2, share: 1 }],
};
const champion = {
  ...{ version: 2, runId: 'run-2', since: '', by: 'ada', reason: '', metrics: {}, features: 2 },
  ...{ gate: { verdict: 'pass' as const, reasons: [] }, lineage: null, runMs: null },
};
const model = { name: 'toy', versions: 2, challenger: null, champion, endpoint, log: null, reports: [] };

const report = (version: number, quality: ReportSummary['verdict']): ReportSummary => ({
  ...{ endpoint: 'toy', version, from: 0, to: 1, verdict: quality },
  sections: [
    { name: 'service', verdict: 'ok', sentence: '' },
    { name: 'quality', verdict: quality, sentence: '' },
  ],
});

describe('before there is a champion, the headline', () => {
  it.each([
    ['Nothing has been trained yet.', trainers],
    ['The first champion is being trained.', { ...trainers, active: 1 }],
    ['1 job waits for a trainer.', { ...trainers, waiting: 1 }],
    ['The trainers are paused.', { ...trainers, paused: true, waiting: 1 }],
    ['The broker does not answer, so what is queued is not known.', null],
  ])('is "%s"', (said, state) => {
    expect(headlineOf({ ...nothing, trainers: state })).toBe(said);
  });
});

it('says who answers, what is alarming, and what is being trained', () => {
  const at = (changes: object) => headlineOf({ ...nothing, model: { ...model, ...changes } });
  expect(at({})).toBe(
    'Version 2 of toy answers every request. No window has been reported yet. Nothing is being trained.',
  );
  const split = [
    { target: 'champion', version: 2, share: 0.75 },
    { target: '3', version: 3, share: 0.25 },
  ];
  expect(
    at({ endpoint: { ...endpoint, traffic: split }, reports: [report(2, 'ok'), report(1, 'degraded')] }),
  ).toContain('Version 2 of toy answers 75 %, version 3 25 %. Monitoring raises no alarm.');
  const shadows = [{ target: '3', version: 3, share: 0.5 }];
  expect(at({ endpoint: { ...endpoint, shadows } })).toContain('Version 3 is tried in the shadow.');
  expect(at({ endpoint: null })).toContain('and nothing serves it');
});

it('counts an alarm once, however many windows raise it', () => {
  expect(alarmsIn([report(2, 'degraded'), report(2, 'degraded'), report(3, 'inconclusive')])).toEqual([
    'quality degraded (version 2)',
  ]);
});

it('knows the worst of verdicts, and that there may be none', () => {
  expect([worstOf([]), worstOf([report(1, 'inconclusive'), report(1, 'drifted')])]).toEqual([
    null,
    'drifted',
  ]);
});

it('names what a trainer is at', () => {
  const job = {
    id: '',
    model: 'toy',
    state: 'active' as const,
    progress: null,
    submittedAt: 0,
    startedAt: 0,
  };
  const named = [null, 'snapshot', 'trial-0', 'recalibrate'].map((stage) =>
    jobWords({ ...job, stage, retraining: stage && 'retraining-1' }),
  );
  expect(named).toEqual(['training', 'retraining, snapshot', 'retraining, trial 1', 'recalibration']);
});
