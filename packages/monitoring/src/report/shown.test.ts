// A report as people and as Prometheus see it.

import { type Database, openDatabase } from '@flightdeck/dataset';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alarmPolicySchema } from './alarm-policy.ts';
import { reportGauges } from './gauges.ts';
import { reportPage } from './page/page.ts';
import { reportOf } from './report.ts';
import type { Report } from './report-schema.ts';
import { sketchWindow } from './sketch-window.ts';
import { serve, subject, trainReference } from './traffic.fixture.ts';

const policy = alarmPolicySchema.parse({ persistence: { drift: 1 }, drift: { stabilityIndex: 0.2 } });
let database: Database;
let report: Report;
let nothing: Report;

beforeAll(async () => {
  database = await openDatabase();
  const reference = await trainReference(database, 20_000);
  await serve(database, { rows: 8_000, seed: 2, delayShift: 15, missing: 0.05, failed: 0.02 });
  await database.run(
    `create or replace view predictions as select * replace (
      if("f:origin" = 'A01', '<script>alert(1)</script>', "f:origin") as "f:origin") from (select * exclude (label, drawn_label, known_at) from traffic)`,
  );
  const make = async (version: number) =>
    reportOf({
      sketch: await sketchWindow(database, { subject: { ...subject, version }, blockMinutes: 60 }, reference),
      reference,
      policy,
      now: subject.to,
      previous: null,
    });
  report = await make(3);
  nothing = await make(9);
});

afterAll(() => database.close());

describe('the page', () => {
  it('of a window without traffic is a page', () => {
    const page = reportPage(nothing, policy);
    expect(page).toContain('no traffic');
    expect(page).not.toMatch(/NaN|undefined|Infinity|null</);
  });

  it('asks nobody for anything and runs nothing, whatever callers sent', () => {
    const page = reportPage(report, policy);
    expect(page).not.toMatch(/<script|https?:|url\(|@import/);
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('shows the verdict, every reason, every feature, and both themes', () => {
    const page = reportPage(report, policy);
    expect(report.verdict).toBe('degraded');
    expect(page).toContain('✕ degraded');
    expect(page.match(/<li style="--verdict/g)).toHaveLength(report.reasons.length);
    for (const { feature } of report.drift.features) expect(page).toContain(`<h3>${feature}</h3>`);
    expect(page).toContain('prefers-color-scheme: dark');
  });
});

describe('gauges', () => {
  it('have legal names, one help each, and no two are the same series', () => {
    const gauges = reportGauges(report);
    const series = gauges.map(({ name, labels }) => `${name}${JSON.stringify(labels)}`);
    expect(new Set(series).size).toBe(series.length);
    for (const { name, labels, value } of gauges) {
      expect(name).toMatch(/^flightdeck_report_[a-z_]+$/);
      expect(Object.keys(labels).join()).toMatch(/^model,endpoint,version(,[a-z]+)*$/);
      expect(Number.isFinite(value)).toBe(true);
    }
    const helps = new Map(gauges.map(({ name, help }) => [name, help]));
    expect(gauges.every(({ name, help }) => helps.get(name) === help)).toBe(true);
  });

  it('have no label that callers could choose', () => {
    expect(JSON.stringify(reportGauges(report))).not.toContain('script');
    expect(JSON.stringify(reportGauges(report))).not.toContain('DEADLINE');
  });

  it('say what the report says', () => {
    const gaugeOf = (name: string, labels: object) =>
      reportGauges(report).find(
        (gauge) =>
          gauge.name === `flightdeck_report_${name}` &&
          Object.entries(labels).every(([key, value]) => gauge.labels[key] === value),
      )?.value;
    expect(gaugeOf('verdict', { section: 'drift', verdict: 'drifted' })).toBe(1);
    expect(gaugeOf('verdict', { section: 'drift', verdict: 'ok' })).toBe(0);
    expect(gaugeOf('predictions', { outcome: 'failed' })).toBe(report.service.failed);
    expect(gaugeOf('bad_values_ratio', { feature: 'distance', check: 'missing' })).toBe(
      report.dataQuality.features[0]!.missing,
    );
    expect(gaugeOf('quality', { metric: 'rocAuc' })).toBe(report.quality.metrics.rocAuc.value);
  });

  it('are left out where nothing could be computed', () => {
    const names = reportGauges(nothing).map(({ name }) => name);
    expect(names).toContain('flightdeck_report_verdict');
    expect(names).not.toContain('flightdeck_report_quality');
    expect(names).not.toContain('flightdeck_report_latency_seconds');
  });
});
