import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTrainingJob, runIdOf, type TrainingJob } from './training-job.ts';

const job: TrainingJob = {
  model: 'flight-delay',
  rows: null,
  seed: 7,
  actor: 'ada',
  reason: 'first run',
  key: '',
  promote: true,
};

describe('a training job', () => {
  it('that is wrong is refused, with each field by name', () => {
    const parse = () => parseTrainingJob({ ...job, model: '../etc', seed: 1.5 });
    expect(parse).toThrow(/model: .*seed: /);
    expect(parse).toThrow(expect.objectContaining({ code: 'JOB_INVALID', retryable: false }));
    expect(() => parseTrainingJob('nonsense')).toThrow(/job: /);
  });

  it('has no key unless it is a deliberate repetition', () => {
    const { key: _key, ...without } = job;
    expect(parseTrainingJob(without)).toEqual(job);
  });
});

describe('the id of a run', () => {
  it('does not depend on who asks and why', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        (actor, reason) => runIdOf({ ...job, actor, reason }) === runIdOf(job),
      ),
    );
  });

  it('differs for anything that decides the outcome', () => {
    const others: TrainingJob[] = [
      { ...job, model: 'other' },
      { ...job, rows: 1000 },
      { ...job, seed: 8 },
      { ...job, key: 'again' },
      { ...job, promote: false },
    ];
    const versions = { code: 'abc', dataset: 'def' };
    const ids = [...others, job].map((one) => runIdOf(one)).concat(runIdOf(job, versions));
    expect(new Set(ids).size).toBe(ids.length);
    expect(runIdOf(job, { dataset: 'def', code: 'abc' })).toBe(runIdOf(job, versions));
  });

  it('is run- and 16 hexadecimal digits', () => {
    expect(runIdOf(job)).toMatch(/^run-[0-9a-f]{16}$/);
  });
});
