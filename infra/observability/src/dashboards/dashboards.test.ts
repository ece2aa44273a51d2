// What Grafana would stumble over, or show nothing for. Queries against real data are in ../live.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { infra } from '../promtool.ts';
import { alertsIn, readRules } from '../rules.ts';
import { dashboards, fileOf, textOf } from './all.ts';

const alertNames = alertsIn(readRules()).map(({ alert }) => alert);
const panels = dashboards.flatMap(({ uid, rows, variables }) =>
  rows.flatMap((row) => row.panels.map((panel) => ({ uid, panel, variables }))),
);

it.each(dashboards.map((dashboard) => [dashboard.uid, dashboard] as const))(
  'the JSON of %s is what its declaration says; `npm run dashboards -w @flightdeck/observability` writes it',
  (_, dashboard) => {
    expect(readFileSync(fileOf(dashboard), 'utf8')).toBe(textOf(dashboard));
  },
);

it('no row is wider than the page, and none leaves a gap', () => {
  for (const { uid, rows } of dashboards)
    for (const { title, panels: all } of rows)
      expect(
        all.reduce((sum, { width }) => sum + width, 0),
        `${uid}: ${title}`,
      ).toBe(24);
});

it('every panel says what it shows, and every query has a legend', () => {
  for (const { uid, panel } of panels) {
    const { title, description, queries } = panel;
    expect(description.length, `${uid}: ${title}`).toBeGreaterThan(15);
    expect(queries.length).toBeGreaterThan(0);
    for (const { legend } of queries) expect(legend).toMatch(/\w/);
  }
});

it('queries use no variable that their dashboard does not have, and every variable is used', () => {
  for (const { uid, variables } of dashboards) {
    const own = panels.filter((each) => each.uid === uid).flatMap(({ panel }) => panel.queries);
    const used = own.flatMap(({ expr }) => [...expr.matchAll(/\$(?!__)(\w+)/g)].map(([, name]) => name!));
    expect([...new Set(used)].sort(), uid).toEqual(variables.map(({ name }) => name).sort());
  }
});

it('every alert is explained on a dashboard, and no dashboard explains one that is not there', () => {
  const explained = dashboards.flatMap(({ alerts }) => alerts);
  expect([...new Set(explained)].sort()).toEqual([...alertNames].sort());
});

it('what is provisioned has the data source that the dashboards name, and their folder', () => {
  const read = (path: string) => parse(readFileSync(join(infra, 'grafana/provisioning', path), 'utf8'));
  const uids = read('datasources/prometheus.yml').datasources.map(({ uid }: { uid: string }) => uid);
  expect(uids).toContain('prometheus');
  expect(read('dashboards/flightdeck.yml').providers[0].options.path).toBe('/var/lib/grafana/dashboards');
});
