import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { root } from './k8s.fixture.ts';
import { readResources } from './resource.ts';

// What the scalers ask Prometheus, asked of a real one's query engine (promtool, in Debian's package prometheus).
const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
if (!hasPromtool) console.warn('!!! SKIPPED: what autoscalers ask Prometheus: no promtool on PATH');

const production = join(root, 'overlays/production');
const [scaledObject] = readResources(join(production, 'trainer-autoscaling.yaml')) as unknown as [
  ScaledObject,
];
const adapter = parse(readFileSync(join(production, 'prometheus-adapter-values.yaml'), 'utf8')) as Adapter;

interface ScaledObject {
  readonly spec: { readonly triggers: readonly [{ readonly metadata: { readonly query: string } }] };
}
interface Adapter {
  readonly rules: {
    readonly custom: readonly [{ readonly name: { readonly as: string }; readonly metricsQuery: string }];
  };
}

const trainers = scaledObject.spec.triggers[0].metadata.query;
const jobs = (queue: string, state: string, count: number, pod = 'a') => ({
  series: `bullmq_job_count{queue="${queue}", state="${state}", pod="${pod}"}`,
  values: `${count}x2`,
});

it.runIf(hasPromtool).each([
  [
    'nobody where there is nothing to do',
    [jobs('training', 'waiting', 0), jobs('retraining', 'active', 0)],
    0,
  ],
  ['nobody for what is done', [jobs('training', 'completed', 9), jobs('retraining', 'failed', 3)], null],
  [
    'one for each training that waits, runs, is delayed or goes first',
    ['waiting', 'active', 'delayed', 'prioritized'].map((state) => jobs('training', state, 2)),
    8,
  ],
  [
    'one for retrainings whose stages are not queued yet',
    [jobs('training', 'waiting', 0), jobs('retraining', 'waiting', 2), jobs('retraining', 'active', 1)],
    1,
  ],
  [
    'no second one for a retraining whose stage runs',
    [jobs('training', 'active', 1), jobs('retraining', 'active', 1)],
    1,
  ],
  [
    'no more when two controllers tell the same',
    [jobs('training', 'waiting', 2), jobs('training', 'waiting', 2, 'b')],
    2,
  ],
])('trainers: %s', (_name, series, expected) => {
  expectAnswer(trainers, series, expected === null ? [] : [{ labels: '{}', value: expected }]);
});

it.runIf(hasPromtool)(
  'serving: requests in flight are the time that answers took, without probes and scrapes',
  () => {
    const { name, metricsQuery } = adapter.rules.custom[0];
    const query = metricsQuery
      .replace('<<.GroupBy>>', 'pod')
      .replace('<<.LabelMatchers>>', 'namespace="flightdeck"');
    const seconds = (route: string, pod: string, perMinute: number) => ({
      series: `http_request_duration_seconds_sum{namespace="flightdeck", pod="${pod}", route="${route}"}`,
      values: `0+${perMinute / 4}x8`,
    });
    const predict = '/v1/models/:model/predict';
    // 600 s of answering a minute are 10 at a time.
    const series = [
      seconds(predict, 'a', 600),
      seconds('/metrics', 'a', 60),
      seconds('/v2/health/ready', 'a', 60),
      seconds(predict, 'b', 60),
    ];
    expectAnswer(query, series, [
      { labels: '{pod="a"}', value: 10 },
      { labels: '{pod="b"}', value: 1 },
    ]);
    const [autoscaler] = readResources(join(root, 'base/serving.yaml')).filter(({ kind }) =>
      /Autoscaler/.test(kind),
    );
    expect(JSON.stringify(autoscaler)).toContain(`"${name.as}"`);
  },
);

function expectAnswer(query: string, series: readonly object[], samples: readonly object[]): void {
  const folder = mkdtempSync(join(tmpdir(), 'flightdeck-promtool-'));
  const test = {
    interval: '15s',
    input_series: series,
    promql_expr_test: [{ expr: query, eval_time: '1m', exp_samples: samples }],
  };
  writeFileSync(join(folder, 'test.yaml'), stringify({ tests: [test] }));
  const { status, stderr, stdout } = spawnSync('promtool', ['test', 'rules', join(folder, 'test.yaml')], {
    encoding: 'utf8',
  });
  rmSync(folder, { recursive: true });
  expect([status, status === 0 ? '' : stdout + stderr]).toEqual([0, '']);
}
