import { describe, expect, it } from 'vitest';
import { goodAnswers, goodRecord, realLoop, realResult } from '../demo/answers.fixture.ts';
import { summaryOf } from '../demo/summary.ts';
import { palette } from './palette.ts';
import { type ReportInput, renderReport } from './report.ts';

function input(changes: Partial<ReportInput> = {}): ReportInput {
  return {
    summary: summaryOf(goodRecord()),
    result: realResult(),
    positive: 'is large',
    findings: [{ expectation: 'size in [0, 9]', severity: 'quarantine', broken: 1234, holds: false }],
    lineage: {
      datasetVersion: null,
      featureVersion: null,
      codeVersion: 'c0de',
      commit: null,
      seed: 1,
      backend: 'wasm',
    },
    writtenAt: '2026-11-21T11:01:00.000Z',
    ...changes,
  };
}

/** Tags that are opened and not closed, or closed and not open: none in a sound page. */
function unbalanced(page: string): string[] {
  const open: string[] = [];
  const problems: string[] = [];
  const withoutStyles = page.replace(/<style>[\s\S]*?<\/style>/g, '');
  for (const [, closing, name = '', , selfClosing] of withoutStyles.matchAll(
    /<(\/?)([a-z][a-z0-9]*)((?:"[^"]*"|[^">])*?)(\/?)>/gi,
  )) {
    if (selfClosing || ['meta', 'br'].includes(name)) continue;
    if (!closing) open.push(name);
    else if (open.at(-1) === name) open.pop();
    else problems.push(`</${name}> after <${open.at(-1)}>`);
  }
  return [...problems, ...open];
}

/** All matches. (An assertion on the page itself would print all of it.) */
function found(page: string, pattern: RegExp): string[] {
  return [...page.matchAll(pattern)].map(([text]) => text);
}

const noNumbers = /NaN|undefined|Infinity|>null/g;

describe('the page', () => {
  it('asks nobody for anything and runs nothing', () => {
    const page = renderReport(input());
    expect(found(page, /<script|<link|<img|<iframe|@import|url\((?!#)|javascript:|\bon\w+=/gi)).toEqual([]);
    expect(new Set(found(page, /(?:https?:)?\/\/[a-z][^\s"'<)]*/gi))).toEqual(
      new Set(['http://www.w3.org/2000/svg', 'http://www.w3.org/1999/xlink']),
    );
  });

  it('is well-formed', () => {
    expect(unbalanced(renderReport(input()))).toEqual([]);
    expect(unbalanced('<p><b></p>')).not.toEqual([]);
  });

  it('lets no text become markup', () => {
    const hostile = '<script>alert("1")</script>';
    const summary = { ...input().summary, model: hostile };
    const gate = { verdict: 'pass' as const, reasons: [hostile] };
    const findings = [{ expectation: hostile, severity: hostile, broken: 1, holds: false }];
    const page = renderReport(input({ summary: { ...summary, gate }, positive: hostile, findings }));
    expect(page.includes('<script')).toBe(false);
    expect(page).toContain('&lt;script&gt;');
  });

  it('describes each chart for those who cannot see it, under a heading', () => {
    const page = renderReport(input());
    const charts = page.match(/<svg\b[^>]*>/g) ?? [];
    expect(charts).toHaveLength(6); // two curves, calibration, loss, and the slices with several values
    for (const chart of charts) expect(chart).toMatch(/role="img" aria-label="[^"]{40,}"/);
    expect(page.match(/<figcaption><h3>/g)).toHaveLength(6);
    expect(page.match(/<h1/g)).toHaveLength(1);
  });

  it('follows the theme of its reader, in the charts too', () => {
    const page = renderReport(input());
    expect(page.includes('prefers-color-scheme: dark'), 'on the page').toBe(true);
    for (const { light } of Object.values(palette)) {
      // Each colour is named where it is declared and nowhere else.
      expect(page.split(light)).toHaveLength(2);
    }
    expect(page.includes('stroke="var(--network)"'), 'on the page').toBe(true);
  });

  it('shows the same numbers as the summary', () => {
    const { summary } = input();
    const page = renderReport(input());
    for (const name of ['network', 'logistic', 'constant'] as const) {
      for (const { value, low, high } of Object.values(summary.test[name])) {
        expect(page.includes(value.toFixed(4)), 'on the page').toBe(true);
        expect(page.includes(`${low.toFixed(4)} to ${high.toFixed(4)}`), 'on the page').toBe(true);
      }
    }
    expect(page.includes('1,234'), 'on the page').toBe(true); // what ingestion found
  });
});

describe('a run that is unlike others', () => {
  it('that failed its gate and serves nothing', () => {
    const { result, ...record } = goodRecord();
    const gate = { verdict: 'fail' as const, reasons: ['It is worse.'] };
    const failed = { ...result, version: null, promoted: false, gate };
    const summary = summaryOf({ ...record, result: failed, answers: null });
    const page = renderReport(input({ summary, result: failed, findings: [] }));
    expect(page.includes('Gate failed'), 'on the page').toBe(true);
    expect(page.includes('no version registered'), 'on the page').toBe(true);
    expect(found(page, noNumbers)).toEqual([]);
    expect(unbalanced(page)).toEqual([]);
  });

  it('that is not what is served', () => {
    const answers = { ...goodAnswers(7), maxAbsDiff: 0.5 };
    const page = renderReport(input({ summary: summaryOf({ ...goodRecord(), answers }) }));
    expect(page.includes('an earlier champion answers'), 'on the page').toBe(true);
  });

  it('that has a champion to be compared with, slices without a number, and no precision', () => {
    const result = realResult();
    const network = result.test.network!;
    const slices = network.slices.map((slice) => ({ ...slice, metrics: null }));
    const bare = { ...network, slices, atThreshold: { ...network.atThreshold, precision: null } };
    const changed = { ...result, test: { ...result.test, network: bare, champion: network } };
    const page = renderReport(input({ result: changed }));
    expect(page.includes('var(--champion)">champion'), 'on the page').toBe(true);
    expect(page.includes('no row is predicted positive'), 'on the page').toBe(true);
    expect(page.includes('too few rows'), 'on the page').toBe(true);
    expect(found(page, noNumbers)).toEqual([]);
    expect(unbalanced(page)).toEqual([]);
  });

  it('of a single epoch, without slices', () => {
    const result = realResult();
    const network = { ...result.test.network!, slices: [] };
    const epochs = result.epochs.slice(0, 1);
    const page = renderReport(input({ result: { ...result, epochs, test: { ...result.test, network } } }));
    expect(page.includes('Where it is better')).toBe(false);
    expect(found(page, noNumbers)).toEqual([]);
  });
});

describe('the loop on the page', () => {
  const pageOf = (loop = realLoop()) =>
    renderReport(input({ summary: summaryOf({ ...goodRecord(), loop }) }));
  const quality = (changes: object) => ({ ...realLoop(), quality: { ...realLoop().quality, ...changes } });

  it('is well-formed, with a chart that is described and numbers everywhere', () => {
    const page = pageOf();
    expect(unbalanced(page)).toEqual([]);
    expect(found(page, noNumbers)).toEqual([]);
    expect(
      found(page, /<svg role="img" aria-label="Four charts over the days from [^"]{100,}"/g),
    ).toHaveLength(1);
  });

  it('shows the same numbers as the summary, and every event in order', () => {
    const { quality, timeline } = realLoop();
    const page = pageOf();
    for (const side of [quality.before.served, quality.after!.served, quality.after!.frozen])
      for (const { value } of [side.rocAuc, side.ece, side.logLoss, side.bias])
        expect(page.includes(value.toFixed(4)), 'on the page').toBe(true);
    const rows = found(page, /<td class="when">[^<]+/g).map((cell) => cell.slice('<td class="when">'.length));
    expect(rows).toEqual(timeline.map(({ at }) => at.slice(5, 16).replace('T', ' ')));
  });

  it('calls what was done on purpose injected, and says that nobody got an answer of it', () => {
    const page = pageOf();
    expect(found(page, /Injected: version 3 says the opposite/g).length).toBeGreaterThan(0);
    expect(page.includes('Not one caller got an answer of it.'), 'on the page').toBe(true);
  });

  it('lets no text become markup', () => {
    const hostile = '<script>alert("1")</script>';
    const timeline = realLoop().timeline.map((event) => ({
      ...event,
      text: hostile,
      by: hostile,
      reasons: [hostile],
    }));
    expect(pageOf({ ...realLoop(), timeline }).includes('<script')).toBe(false);
  });

  it('that promoted nothing and rolled nothing back says so', () => {
    const versions = { ...realLoop().versions, candidate: null, promoted: false };
    const page = pageOf({ ...quality({ after: null }), versions, rollback: null, jobFailure: 'No rows.' });
    expect(page.includes('No new version was promoted'), 'on the page').toBe(true);
    expect(page.includes('did not roll it back'), 'on the page').toBe(true);
    expect(found(page, noNumbers)).toEqual([]);
  });

  it('that made things worse, or raised no alarm, says that too', () => {
    const { after } = realLoop().quality;
    const ece = { value: -0.0123, low: -0.02, high: -0.01 };
    const page = pageOf({
      ...quality({ after: { ...after!, saved: { ...after!.saved, ece } } }),
      trigger: 'person',
    });
    expect(page.includes('0.0123 larger than that of the frozen'), 'on the page').toBe(true);
    expect(page.includes('the demo asked for a recalibration'), 'on the page').toBe(true);
  });

  it('of days without an interval or a class has no number made up', () => {
    const bare = { value: 0.01, low: null, high: null };
    const { before } = realLoop().quality;
    const served = { rocAuc: bare, ece: bare, logLoss: bare, bias: bare };
    const days = realLoop().days.map((day, index) =>
      index === 3 ? { ...day, served: null, frozen: null } : day,
    );
    const page = pageOf({ ...quality({ before: { ...before, served } }), days });
    expect(found(page, noNumbers)).toEqual([]);
  });
});
