// The rules against promtool, against their own tests, and against the runbook.
//
// promtool compares annotations as a whole. So that a test need not repeat how an alert is described, the rules are tested with their
// summaries only, in a copy.

import { copyFileSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { hasTools, infra, runTool } from './promtool.ts';
import { alertsIn, type Rule, readRules, rulesFolder } from './rules.ts';

const files = readRules();
const alerts = alertsIn(files);
const testFiles = globSync(join(infra, 'prometheus/tests/*.test.yml')).sort();

interface RuleTests {
  readonly tests: readonly {
    readonly alert_rule_test?: readonly {
      readonly alertname: string;
      readonly exp_alerts: readonly unknown[];
    }[];
  }[];
}

const folder = mkdtempSync(join(tmpdir(), 'flightdeck-rules-'));
afterAll(() => rmSync(folder, { recursive: true }));

function withSummaryOnly({ annotations, ...rule }: Rule): Rule {
  return annotations === undefined ? rule : { ...rule, annotations: { summary: annotations.summary! } };
}

describe.skipIf(!hasTools('promtool'))('promtool', () => {
  it('takes the configuration', () => {
    const { status, said } = runTool(
      'promtool',
      'check',
      'config',
      '--syntax-only',
      '--lint-fatal',
      join(infra, 'prometheus/prometheus.yml'),
    );
    expect({ status, said }).toMatchObject({ status: 0 });
  });

  it('takes the rules', () => {
    const { status, said } = runTool(
      'promtool',
      'check',
      'rules',
      '--lint-fatal',
      ...globSync(`${rulesFolder}/*.yml`),
    );
    expect({ status, said }).toMatchObject({ status: 0 });
  });

  it('finds them firing when they should, and silent when not', () => {
    for (const { name, groups } of files) {
      const tested = groups.map((group) => ({ ...group, rules: group.rules.map(withSummaryOnly) }));
      writeFileSync(join(folder, name), stringify({ groups: tested }, { lineWidth: 0 }));
    }
    for (const path of testFiles) copyFileSync(path, join(folder, basename(path)));
    const { status, said } = runTool('promtool', 'test', 'rules', ...globSync(join(folder, '*.test.yml')));
    expect(status, said).toBe(0);
  });
});

it('every alert has a test in which it fires, and one in which it is silent', () => {
  const expectations = testFiles.flatMap((path) =>
    (parse(readFileSync(path, 'utf8')) as RuleTests).tests.flatMap(
      ({ alert_rule_test = [] }) => alert_rule_test,
    ),
  );
  const tested = (fires: boolean) =>
    new Set(
      expectations
        .filter(({ exp_alerts }) => exp_alerts.length > 0 === fires)
        .map(({ alertname }) => alertname),
    );
  const names = alerts.map(({ alert }) => alert).sort();
  expect([...tested(true)].sort()).toEqual(names);
  expect([...tested(false)].sort()).toEqual(names);
});

const severities = ['page', 'ticket', 'info'];

it.each(alerts.map((alert) => [alert.alert, alert] as const))(
  '%s says how bad it is, what it is, what to do, and where more of it is written',
  (_, { labels, annotations }) => {
    expect(severities).toContain(labels.severity);
    expect(annotations.summary).toMatch(/\w/);
    expect(annotations.description).toMatch(/Remedy: /);
    const [path, anchor] = annotations.runbook!.split('#');
    const text = readFileSync(join(infra, '..', path!), 'utf8');
    const anchors = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading!));
    expect(anchors).toContain(anchor);
  },
);

/** As GitHub makes it of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

it.skipIf(!hasTools('amtool'))('amtool takes the configuration of Alertmanager', () => {
  const { status, said } = runTool('amtool', 'check-config', join(infra, 'alertmanager/alertmanager.yml'));
  expect({ status, said }).toMatchObject({ status: 0 });
});

it('drift alone is information', () => {
  expect(
    alerts.filter(({ labels }) => labels.about === 'drift').map(({ labels }) => labels.severity),
  ).toEqual(['info']);
});
