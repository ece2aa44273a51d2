// From declared rows of panels to the JSON that Grafana provisions: ids, places, data source, links, and what the alerts mean.

import type { Alert } from '../rules.ts';
import type { Panel } from './panels.ts';

export interface Dashboard {
  /** Also the file's name. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Variable[];
  readonly rows: readonly Row[];
  /** Those that its last row explains. */
  readonly alerts: readonly string[];
}

export interface Variable {
  readonly name: string;
  readonly label: string;
  /** `label_values(metric, label)`. */
  readonly query: string;
}

export interface Row {
  readonly title: string;
  /** In units of 30 pixels. */
  readonly height: number;
  readonly panels: readonly Panel[];
}

/** Prometheus' own, in infra/grafana/provisioning. */
const datasource = { type: 'prometheus', uid: 'prometheus' };

export function grafanaJson(dashboard: Dashboard, alerts: readonly Alert[]): object {
  const { uid, title, description, variables } = dashboard;
  return {
    uid: `flightdeck-${uid}`,
    title,
    description,
    tags: ['flightdeck'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: '10s',
    time: { from: 'now-30m', to: 'now' },
    timezone: 'browser',
    links: [
      {
        ...{ type: 'dashboards', title: 'Flightdeck', tags: ['flightdeck'], asDropdown: true },
        ...{ keepTime: true, includeVars: true },
      },
    ],
    annotations: { list: [decisionsAnnotation] },
    templating: { list: variables.map(variableJson) },
    panels: panelsOf(dashboard, alerts),
  };
}

/** What the controller decided, as marks in every graph. */
export const decisionsAnnotation = {
  ...{ name: 'Decisions', datasource, enable: true, iconColor: 'purple' },
  expr: 'sum by (model, kind) (changes(flightdeck_controller_decisions_total{kind!~"skip|alert.*"}[1m])) > 0',
  ...{ titleFormat: '{{kind}}', textFormat: '{{model}}' },
};

function variableJson({ name, label, query }: Variable): object {
  return {
    ...{ type: 'query', name, label, datasource, refresh: 2, sort: 1 },
    definition: query,
    query: { query, refId: name },
    ...{ multi: true, includeAll: true, allValue: '.+' },
    current: { text: ['All'], value: ['$__all'] },
  };
}

function panelsOf({ rows, alerts: own }: Dashboard, alerts: readonly Alert[]): object[] {
  const placed: object[] = [];
  let y = 0;
  for (const { title, height, panels } of rows) {
    placed.push({ ...rowJson(title, y), id: placed.length + 1, collapsed: false });
    y += 1;
    let x = 0;
    for (const panel of panels) {
      placed.push({
        id: placed.length + 1,
        ...panelJson(panel),
        gridPos: { x, y, w: panel.width, h: height },
      });
      x += panel.width;
    }
    y += height;
  }
  const explained = runbookPanel(own.map((name) => alerts.find(({ alert }) => alert === name)!));
  placed.push({ ...rowJson('What the alerts mean', y), id: placed.length + 1, collapsed: false });
  placed.push({ id: placed.length + 1, ...firingPanel(own), gridPos: { x: 0, y: y + 1, w: 8, h: 10 } });
  placed.push({ id: placed.length + 1, ...explained, gridPos: { x: 8, y: y + 1, w: 16, h: 10 } });
  return placed;
}

function rowJson(title: string, y: number): object {
  return { type: 'row', title, gridPos: { x: 0, y, w: 24, h: 1 }, panels: [] };
}

function panelJson({ type, title, description, queries, fieldConfig, options }: Panel): object {
  const targets = queries.map(({ expr, legend }, i) => ({
    ...{ datasource, refId: String.fromCharCode(65 + i), expr, legendFormat: legend },
    ...(type === 'heatmap' ? { format: 'heatmap' } : {}),
    ...(['stat', 'bargauge'].includes(type) ? { instant: true, range: false } : { range: true }),
  }));
  return { type, title, description, datasource, fieldConfig, options, targets };
}

function firingPanel(own: readonly string[]): object {
  return {
    type: 'table',
    title: 'Pending and firing',
    description: 'Alerts of this dashboard that Prometheus sees at this moment. Empty is good.',
    datasource,
    targets: [
      {
        ...{ datasource, refId: 'A', format: 'table', instant: true, range: false },
        expr: `ALERTS{alertname=~"${own.join('|')}"}`,
      },
    ],
    fieldConfig: { defaults: { noValue: 'Nothing fires.' }, overrides: [] },
    options: { showHeader: true },
    transformations: [
      {
        id: 'filterFieldsByName',
        options: { include: { pattern: '^(alertname|alertstate|severity|model|job|instance)$' } },
      },
    ],
  };
}

/** The runbook comes with the kit and has no address of its own, so its gist is here. */
function runbookPanel(alerts: readonly Alert[]): object {
  const rows = alerts.map(({ alert, labels, annotations }) => {
    const remedy = /Remedy: (.+)$/s.exec(annotations.description!)![1]!.trim();
    return `| **${alert}** | ${labels.severity} | ${remedy} | \`${annotations.runbook}\` |`;
  });
  const content = ['| alert | severity | remedy | more |', '| --- | --- | --- | --- |', ...rows].join('\n');
  return { type: 'text', title: 'Runbook', options: { mode: 'markdown', content } };
}
