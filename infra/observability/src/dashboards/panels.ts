// The kinds of panels that the dashboards are made of, as Grafana's JSON wants them. A panel knows its queries and nothing of its place.

/** PromQL, and how a line of the answer is named ({{label}}). */
export interface Query {
  readonly expr: string;
  readonly legend: string;
}

export interface Panel {
  readonly type: string;
  readonly title: string;
  readonly description: string;
  /** Of 24. */
  readonly width: number;
  readonly queries: readonly Query[];
  readonly fieldConfig: object;
  readonly options: object;
}

interface Common {
  readonly title: string;
  /** What it shows, and what is normal. */
  readonly description: string;
  readonly width: number;
  readonly queries: readonly Query[];
  /** https://grafana.com/docs/grafana/latest/panels-visualizations/configure-standard-options/#unit */
  readonly unit: string;
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  /** From which value on which colour; ascending. */
  readonly steps?: readonly (readonly [from: number, colour: string])[];
  /** Where no line is right, such as without a rollout. */
  readonly noValue?: string;
}

export function lines(panel: Common & { readonly stacked?: true }): Panel {
  const custom = {
    ...{ drawStyle: 'line', lineWidth: 1, showPoints: 'never', spanNulls: true },
    fillOpacity: panel.stacked ? 30 : 8,
    stacking: { mode: panel.stacked ? 'normal' : 'none' },
    thresholdsStyle: { mode: panel.steps ? 'dashed' : 'off' },
  };
  return {
    ...frame(panel, 'timeseries', { custom, color: { mode: 'palette-classic' } }),
    options: {
      legend: { displayMode: 'list', placement: 'bottom' },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
  };
}

/** One number, the latest. */
export function stat(panel: Common & { readonly graph?: true }): Panel {
  return {
    ...frame(panel, 'stat', { color: { mode: 'thresholds' } }),
    options: {
      ...{ colorMode: 'value', graphMode: panel.graph ? 'area' : 'none', textMode: 'value' },
      reduceOptions: latest,
    },
  };
}

/** Names and no numbers: one word a series, such as a verdict, each coloured by what it says. */
export function words(panel: Omit<Common, 'unit'>): Panel {
  const coloured = ([pattern, colour]: readonly [string, string]) => ({
    matcher: { id: 'byRegexp', options: pattern },
    properties: [{ id: 'color', value: { mode: 'fixed', fixedColor: colour } }],
  });
  const framed = frame({ ...panel, unit: 'none' }, 'stat', { color: { mode: 'fixed', fixedColor: 'blue' } });
  return {
    ...framed,
    fieldConfig: { ...framed.fieldConfig, overrides: wordColours.map(coloured) },
    options: {
      ...{ colorMode: 'background_solid', graphMode: 'none', textMode: 'name', justifyMode: 'center' },
      reduceOptions: latest,
    },
  };
}

const wordColours = [
  ['/(ok|pass|full|none)$/', 'green'],
  ['/(degraded|fail|halted|rolled-back|ranking)$/', 'red'],
  ['/(drifted|held|calibration)$/', 'orange'],
  ['/(inconclusive|aborted|stopped)$/', '#6e7687'],
] as const;

/** The largest of many, side by side. */
export function bars(panel: Common): Panel {
  return {
    ...frame(panel, 'bargauge', { color: { mode: 'thresholds' } }),
    options: {
      ...{ orientation: 'horizontal', displayMode: 'basic', valueMode: 'color', showUnfilled: true },
      reduceOptions: latest,
    },
  };
}

/** How a histogram moves; the query is its increase by `le`. */
export function heat(panel: Common): Panel {
  const framed = frame(panel, 'heatmap', {});
  return {
    ...framed,
    options: {
      calculate: false,
      cellGap: 1,
      yAxis: { unit: panel.unit },
      color: { scheme: 'Blues', steps: 64 },
    },
  };
}

const latest = { calcs: ['lastNotNull'], fields: '', values: false };

function frame(panel: Common, type: string, defaults: object) {
  const { title, description, width, queries, unit, decimals, min, max, steps, noValue } = panel;
  const thresholds = {
    mode: 'absolute',
    steps: [
      { color: steps ? 'green' : 'blue', value: null },
      ...(steps ?? []).map(([value, color]) => ({ color, value })),
    ],
  };
  const optional = {
    ...(decimals !== undefined && { decimals }),
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(noValue !== undefined && { noValue }),
  };
  return {
    ...{ type, title, description, width, queries },
    fieldConfig: { defaults: { unit, ...optional, thresholds, ...defaults }, overrides: [] as object[] },
  };
}
