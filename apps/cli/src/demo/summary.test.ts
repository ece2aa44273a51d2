import { trainingResultSchema } from '@flightdeck/training/result';
import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { goodAnswers, goodRecord, realLoop } from './answers.fixture.ts';
import { screen } from './screen.ts';
import { summaryOf } from './summary.ts';
import { demoSummarySchema } from './summary-schema.ts';

describe('a demo that must fail', () => {
  it.each([1e-5, 0.5, Number.NaN])('answers that differ by %f from training', (maxAbsDiff) => {
    const record = { ...goodRecord(), answers: { ...goodAnswers(), maxAbsDiff } };
    expect(() => summaryOf(record)).toThrowError(expect.objectContaining({ code: 'SERVING_SKEW' }));
  });

  it('a run without a baseline', () => {
    const { result } = goodRecord();
    const { logistic: _, ...test } = result.test;
    expect(() => trainingResultSchema.parse({ ...result, test })).toThrow(/logistic/);
  });
});

describe('the summary', () => {
  it('has what was measured, and fits its own schema', () => {
    const summary = summaryOf(goodRecord());
    expect(summary).toMatchObject({
      rows: { read: 3_000_000, quarantined: 18_029, trained: 50_000 },
      seconds: { start: 0.9, features: 6.071, ask: 0.512, total: 28.6 },
      peakRssBytes: 1.3e9,
      test: { network: { rocAuc: { value: expect.any(Number), low: expect.any(Number) } } },
      gate: { verdict: 'pass' },
      served: { model: 'flight-delay', version: 1, trainedHere: true, maxAbsDiff: 1e-7, requests: 210 },
      broker: 'private-redis',
      backend: 'wasm',
      seed: 1,
    });
    expect(demoSummarySchema.parse(JSON.parse(JSON.stringify(summary)))).toEqual(summary);
    const withLoop = summaryOf({ ...goodRecord(), loop: realLoop() });
    expect(demoSummarySchema.parse(JSON.parse(JSON.stringify(withLoop))).loop).toEqual(realLoop());
  });

  it('keeps the stages in the order in which they happened, the total last', () => {
    const stages = Object.keys(summaryOf(goodRecord()).seconds).filter((stage) => stage !== 'total');
    expect(stages.slice(0, 3)).toEqual(['start', 'ingest', 'features']);
    expect(stages.slice(-2)).toEqual(['serve', 'ask']);
  });

  it("takes the training run's own peak of memory where it is all that is known", () => {
    const record = goodRecord();
    const { peakRssBytes } = summaryOf({ ...record, peakRssBytes: null });
    expect(peakRssBytes).toBe(record.result.peakRssBytes);
  });

  it('compares no answers with those of an earlier champion', () => {
    const answers = { ...goodAnswers(7), maxAbsDiff: 0.5 };
    expect(summaryOf({ ...goodRecord(), answers }).served).toMatchObject({
      version: 7,
      trainedHere: false,
      maxAbsDiff: null,
    });
  });
});

describe('the screen', () => {
  const show = (record = goodRecord()) =>
    screen(
      {
        summary: summaryOf(record),
        result: record.result,
        model: { name: 'toy', positive: 'is large' },
        answers: record.answers,
        url: record.answers && 'http://127.0.0.1:1234',
        files: { report: '/tmp/index.html', summary: '/tmp/summary.json' },
      },
      pc.createColors(false),
    );

  it('shows the answers with the inputs that are words', () => {
    expect(show()).toMatch(/time +kind +probability +decision +truth: is large/);
    expect(show()).toMatch(/2001-04-15 00:07 UTC +a +10\.0 % +no +yes/);
  });

  it('has no line that is wider than it has to be', () => {
    const record = goodRecord();
    const reasons = ['x'.repeat(5000)];
    const gate = { ...record.result.gate, reasons };
    const lines = show({ ...record, result: { ...record.result, gate } }).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(220);
  });

  it('tells the loop: decisions with their times, quality before and after, the rollback', () => {
    const text = show({ ...goodRecord(), loop: realLoop() });
    expect(text).toMatch(
      /2001-05-14 \d\d:\d\d +[\d a-z]+s +recalibrate +controller +Calibration alone has drifted/,
    );
    expect(text).toMatch(/injected +demo +Injected: version 3/);
    expect(text).toMatch(/after, 11 days +v1, frozen, same rows +0\.7\d+ +0\.0\d+ +-6/);
    expect(text).toMatch(/version 3, was rolled back after [\d.]+ s; callers got 0 answers/);
  });

  it('of a loop in which nothing was promoted or rolled back says so', () => {
    const { quality, versions, ...loop } = realLoop();
    const stayed = {
      ...loop,
      quality: { ...quality, after: null },
      versions: { ...versions, candidate: null },
    };
    const text = show({ ...goodRecord(), loop: { ...stayed, rollback: null } });
    expect(text).not.toMatch(/after, \d+ days/);
    expect(text).toMatch(/version 3, was not rolled back by the controller/);
  });

  it('says why nothing is served', () => {
    const record = goodRecord();
    const result = {
      ...record.result,
      version: null,
      gate: { verdict: 'fail' as const, reasons: ['worse'] },
    };
    const text = show({ ...record, result, answers: null });
    expect(text).toMatch(/Gate +FAIL\n +worse/);
    expect(text).toMatch(/Served +nothing: .*--rows/);
  });
});
