import { afterAll, beforeAll, expect, test } from 'vitest';
import { promoteSum, serve, temporaryRegistry } from './sum-model.fixture.ts';

let state: Awaited<ReturnType<typeof temporaryRegistry>>;
let serving: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
  state = await temporaryRegistry();
  await promoteSum(state.registry);
  serving = await serve(state.registry);
  await serving.converge();
});

afterAll(async () => {
  await serving[Symbol.asyncDispose]();
  await state[Symbol.asyncDispose]();
});

const lines = async () => (await serving.app.inject('/metrics')).body.split('\n');
const labelsOf = (all: string[], name: string) => all.filter((line) => line.startsWith(`${name}{`));
const predict = (payload: object, model = 'sum') =>
  serving.app.inject({ method: 'POST', url: `/v1/models/${model}/predict`, payload });

test('a caller cannot create series with models, routes, methods, fields or categories of their own', async () => {
  const strangers = async (prefix: string) => {
    for (let i = 0; i < 5; i++) {
      await predict({ instance: { [`${prefix}-field-${i}`]: 1 } });
      await predict({ instance: { origin: `${prefix}${i}` } });
      await predict({ instance: {} }, `${prefix}-model-${i}`);
      await serving.app.inject(`/${prefix}/route/${i}`);
    }
    for (const method of ['DELETE', 'PUT', 'PATCH', 'OPTIONS'] as const) {
      await serving.app.inject({ method, url: `/${prefix}` });
    }
    return (await lines())
      .filter((line) => /^(flightdeck|http)_/.test(line))
      .map((line) => line.split(' ')[0]!);
  };
  // So that the series of the scrapes themselves is there from the start.
  await lines();
  const before = await strangers('first');
  const after = await strangers('second');
  expect(after).toEqual(before);
  expect(after.join('\n')).not.toMatch(/first|second\d|second-|DELETE/);
  expect(after).toContain(
    'http_request_duration_seconds_count{route="unmatched",method="other",status="4xx"}',
  );
});

test('predictions, scores, defaults and unknown categories are counted by instance', async () => {
  const count = async (series: string) => {
    const line = (await lines()).find((candidate) => candidate.startsWith(`${series} `));
    return Number(line?.split(' ').at(-1) ?? 0);
  };
  const series = [
    'flightdeck_predictions_total{model="sum",version="1"}',
    'flightdeck_prediction_score_count{model="sum",version="1"}',
    'flightdeck_prediction_score_bucket{le="0.5",model="sum",version="1"}',
    'flightdeck_defaulted_values_total{model="sum",feature="b"}',
    'flightdeck_unknown_categories_total{model="sum",feature="origin"}',
    'http_request_duration_seconds_count{route="/v1/models/:model/predict",method="POST",status="2xx"}',
  ];
  const before = await Promise.all(series.map(count));
  await predict({ instances: [{ a: -1, b: 0, origin: 'ATL' }, { a: 1 }, { a: 1, b: 0, origin: 'XXX' }] });
  const after = await Promise.all(series.map(count));
  expect(after.map((value, i) => value - before[i]!)).toEqual([3, 3, 1, 1, 1, 1]);
});

test('a refused request counts no prediction', async () => {
  const counted = async () => labelsOf(await lines(), 'flightdeck_predictions_total');
  const before = await counted();
  await predict({ instances: [{ a: 1 }, { a: 'one' }] });
  expect(await counted()).toEqual(before);
});

test('the served version and the delay of the event loop are there, in the text format', async () => {
  const answer = await serving.app.inject('/metrics');
  expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(answer.body).toMatch(/^flightdeck_model_info\{model="sum",version="1",digest="[0-9a-f]{64}"\} 1$/m);
  expect(answer.body).toMatch(/^flightdeck_model_loads_total\{model="sum",result="loaded"\} 1$/m);
  expect(answer.body).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
});

test('every metric has a help text and a name in the conventions: base units, _total on counters only', async () => {
  const types = (await lines()).flatMap((line) => [...line.matchAll(/^# TYPE (\S+) (\S+)$/g)]);
  const ours = types.filter(([, name]) => /^(flightdeck|http)_/.test(name!));
  expect(ours.length).toBeGreaterThanOrEqual(8);
  for (const [, name, type] of ours) {
    expect(name!.endsWith('_total'), name).toBe(type === 'counter');
    expect(name).not.toMatch(/_(ms|milliseconds|percent)/);
    expect((await lines()).some((line) => line.startsWith(`# HELP ${name} `))).toBe(true);
  }
});
