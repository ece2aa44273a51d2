import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseRetrainingJob,
  parseStageJob,
  type RetrainJob,
  retrainingIdOf,
  stagesOf,
} from './retraining-job.ts';

const job: RetrainJob = {
  kind: 'retrain',
  model: 'flight-delay',
  rows: null,
  seed: 7,
  actor: 'controller',
  until: 990_000_000_000,
  trigger: { kind: 'quality', reason: 'AUC fell by 0.02', evidence: { auc: [0.9, 0.88] } },
  trials: 3,
};
const { trials: _trials, ...rest } = job;

describe('a retraining', () => {
  it('that is wrong is refused, with each field by name', () => {
    const parse = () => parseRetrainingJob({ ...job, trigger: { kind: 'whim', reason: '' }, trials: [] });
    expect(parse).toThrow(/trigger\.kind: .*trigger\.reason: .*trials/);
    expect(parse).toThrow(expect.objectContaining({ code: 'JOB_INVALID', retryable: false }));
    expect(() => parseRetrainingJob({ ...job, kind: 'refit' })).toThrow(/kind: /);
    expect(() => parseRetrainingJob({ ...rest, kind: 'recalibrate' })).toThrow(/version: /);
    expect(() => parseStageJob({ stage: 'trial', retraining: 'x', job, trial: -1 })).toThrow(/trial: /);
  });

  it('tries as many sets as it is told, or those that it is given, and a recalibration tries none', () => {
    expect(stagesOf(job)).toEqual(['snapshot', 'trial-0', 'trial-1', 'trial-2', 'conclude']);
    expect(stagesOf({ ...job, trials: [{ rate: 1 }] })).toEqual(['snapshot', 'trial-0', 'conclude']);
    expect(stagesOf({ ...rest, kind: 'recalibrate', version: 1 })).toEqual(['recalibrate']);
  });
});

describe('the id of a retraining', () => {
  it('does not depend on who asks and what for', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.constantFrom('schedule', 'drift', 'alert'),
        fc.string(),
        (actor, kind, reason) =>
          retrainingIdOf({ ...job, actor, trigger: { kind, reason } }) === retrainingIdOf(job),
      ),
    );
  });

  it('differs for anything that decides the outcome', () => {
    const ids = [
      ...[job, { ...job, model: 'other' }, { ...job, rows: 1000 }, { ...job, seed: 8 }, { ...job, until: 1 }],
      ...[
        { ...job, trials: 4 },
        { ...job, trials: [{}] },
      ],
      { ...rest, kind: 'recalibrate' as const, version: 1 },
    ].map((one) => retrainingIdOf(one));
    ids.push(retrainingIdOf(job, { code: 'abc' }));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids[0]).toMatch(/^retraining-[0-9a-f]{16}$/);
  });
});
