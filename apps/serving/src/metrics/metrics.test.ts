// What a scrape tells, over HTTP.

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { promoteSum, serve, temporaryRegistry } from '../sum-model.fixture.ts';
import { readOpenMetrics } from './open-metrics.fixture.ts';

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

const scrape = async (accept = 'text/plain') =>
  (await serving.app.inject({ url: '/metrics', headers: { accept } })).body;
const lines = async () => (await scrape()).split('\n');
const seriesNames = async () =>
  (await lines()).filter((line) => /^(flightdeck|http)_/.test(line)).map((line) => line.split(' ')[0]!);
const labelsOf = (all: string[], name: string) => all.filter((line) => line.startsWith(`${name}{`));
const predict = (payload: object, model = 'sum', headers: Record<string, string> = {}) =>
  serving.app.inject({ method: 'POST', url: `/v1/models/${model}/predict`, payload, headers });

async function current(series: string): Promise<number> {
  const line = (await lines()).find((candidate) => candidate.startsWith(`${series} `));
  return Number(line?.split(' ').at(-1) ?? 0);
}

/** How much each of these went up while `work` was done. */
async function increases(series: readonly string[], work: () => Promise<unknown>): Promise<number[]> {
  const before = await Promise.all(series.map(current));
  await work();
  const after = await Promise.all(series.map(current));
  return after.map((value, i) => value - before[i]!);
}

test('what has not happened yet is 0, so that its first time is an increase', async () => {
  const all = await lines();
  for (const series of [
    'flightdeck_defaulted_values_total{model="sum",feature="b"}',
    'flightdeck_stale_values_total{model="sum",feature="b"}',
    'flightdeck_unknown_categories_total{model="sum",feature="origin"}',
    'flightdeck_model_loads_total{model="sum",result="failed"}',
    'flightdeck_model_swaps_total{model="sum"}',
    'flightdeck_errors_total{code="OVERLOADED"}',
  ])
    expect(all).toContain(`${series} 0`);
});

test('ten thousand odd requests create no series', async () => {
  const methods = ['DELETE', 'PUT', 'PATCH', 'OPTIONS', 'GET', 'POST'] as const;
  const odd = async (name: string, i: number) => {
    const traceparent = `00-${i.toString(16).padStart(31, '0')}a-00000000000000b7-01`;
    const headers = { 'x-request-id': name, 'user-agent': name, host: name, traceparent };
    await predict({ instance: { [name]: 1 } }, 'sum', headers);
    await predict({ instance: { origin: name } }, 'sum', headers);
    await predict({}, name, headers);
    await serving.app.inject({
      method: methods[i % methods.length]!,
      url: `/${name}/v2/models/${name}`,
      headers,
    });
  };
  // So that each kind of request, and the scrape, has had its turn.
  for (let i = 0; i < methods.length; i++) await odd(`warm-${i}`, i);
  await lines();
  const before = await seriesNames();
  for (let i = 0; i < 2500; i += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, j) => odd(`odd-${i + j}`, i + j)));
    // Injected requests keep the event loop from turning, and who is read after so long a turn is taken to have waited for all of it.
    await nextTurn();
  }
  const after = await seriesNames();
  expect(after).toEqual(before);
  expect(after.join('\n')).not.toMatch(/warm|odd-|DELETE/);
  expect(after).toContain(
    'http_request_duration_seconds_count{route="unmatched",method="other",status="4xx"}',
  );
});

test('predictions, scores, defaults and unknown categories are counted by instance', async () => {
  const series = [
    'flightdeck_predictions_total{model="sum",version="1"}',
    'flightdeck_prediction_score_count{model="sum",version="1"}',
    'flightdeck_prediction_score_bucket{model="sum",version="1",le="0.5"}',
    'flightdeck_defaulted_values_total{model="sum",feature="b"}',
    'flightdeck_unknown_categories_total{model="sum",feature="origin"}',
    'http_request_duration_seconds_count{route="/v1/models/:model/predict",method="POST",status="2xx"}',
  ];
  const instances = [{ a: -1, b: 0, origin: 'ATL' }, { a: 1 }, { a: 1, b: 0, origin: 'XXX' }];
  expect(await increases(series, () => predict({ instances }))).toEqual([3, 3, 1, 1, 1, 1]);
});

test('a refused request counts no prediction, and its error by code', async () => {
  const predictions = async () => labelsOf(await lines(), 'flightdeck_predictions_total');
  const before = await predictions();
  const errors = ['WRONG_TYPE', 'MODEL_NOT_FOUND', 'ROUTE_NOT_FOUND', 'MALFORMED_JSON'].map(
    (code) => `flightdeck_errors_total{code="${code}"}`,
  );
  const work = async () => {
    await predict({ instances: [{ a: 1 }, { a: 'one' }] });
    await predict({ instance: {} }, 'none');
    await serving.app.inject('/nowhere');
    const headers = { 'content-type': 'application/json' };
    await serving.app.inject({ method: 'POST', url: '/v1/models/sum/predict', body: '{', headers });
  };
  expect(await increases(errors, work)).toEqual([1, 1, 1, 1]);
  expect(await predictions()).toEqual(before);
});

test('an answered request has gone through each stage once', async () => {
  const series = ['parse', 'features', 'queue', 'run', 'serialise'].map(
    (stage) => `flightdeck_stage_duration_seconds_count{model="sum",stage="${stage}",transport="v1"}`,
  );
  const work = async () => {
    await predict({ instance: { a: 1 } });
    await predict({ instance: { a: 'one' } });
  };
  expect(await increases(series, work)).toEqual([1, 1, 1, 1, 1]);
});

test('runs are counted by their rows, requests and time', async () => {
  const { loaded } = serving.state.find('sum')!;
  const series = [
    'rows_count',
    'rows_sum',
    'requests_total',
    'duration_seconds_count',
    'duration_seconds_sum',
  ].map((name) => `flightdeck_run_${name}{model="sum"}`);
  const work = async () => serving.metrics.batched(loaded!.version, { rows: 40, requests: 3, runMs: 250 });
  expect(await increases(series, work)).toEqual([1, 40, 3, 1, expect.closeTo(0.25, 9)]);
});

test('what is served, where it runs, what it costs and what waits are told at each scrape', async () => {
  const text = await scrape();
  expect(text).toMatch(
    /^flightdeck_model_info\{model="sum",version="1",digest="[0-9a-f]{64}",placement="inline"\} 1$/m,
  );
  expect(text).toMatch(/^flightdeck_model_loads_total\{model="sum",result="loaded"\} 1$/m);
  for (const name of ['diverged', 'run_fixed_seconds', 'run_row_seconds', 'memory_bytes'])
    expect(text).toMatch(new RegExp(`^flightdeck_model_${name}\\{model="sum"\\} [0-9.e-]+$`, 'm'));
  for (const name of ['queued_rows', 'running_runs'])
    expect(text).toMatch(new RegExp(`^flightdeck_${name}\\{model="sum"\\} 0$`, 'm'));
});

test('an event loop that was blocked shows, for as long as it was', async () => {
  // Of 300 ms, what comes due in the first 200 waits for more than 100.
  const late = async () =>
    (await current('flightdeck_event_loop_delay_seconds_count')) -
    (await current('flightdeck_event_loop_delay_seconds_bucket{le="0.1"}'));
  const before = await late();
  const until = performance.now() + 300;
  while (performance.now() < until);
  await new Promise((resolve) => setImmediate(resolve));
  expect((await late()) - before).toBeGreaterThanOrEqual(9);
});

test('versions come and go, and their series with them', async () => {
  const versions = async () =>
    labelsOf(await lines(), 'flightdeck_predictions_total').map((line) => /version="(\w+)"/.exec(line)![1]);
  await using own = await temporaryRegistry();
  const shared = serving;
  await using swapping = await serve(own.registry);
  serving = swapping;
  try {
    const seen: unknown[] = [];
    for (let bias = 0; bias < 4; bias++) {
      await promoteSum(own.registry, { bias });
      await swapping.converge();
      await predict({ instance: {} });
      seen.push(await versions());
    }
    expect(seen).toEqual([['1'], ['1', '2'], ['2', '3'], ['3', '4']]);
    expect(await current('flightdeck_model_swaps_total{model="sum"}')).toBe(3);
  } finally {
    serving = shared;
  }
});

test('a caller who goes away is in flight no longer', async () => {
  const url = new URL(await serving.app.listen({ port: 0, host: '127.0.0.1' }));
  const inFlight = async () => current('http_requests_in_flight');
  const idle = await inFlight();
  const arrived = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  serving.app.server.once('request', (_request, response) => {
    arrived.resolve();
    response.once('close', gone.resolve);
  });
  const socket = connect(Number(url.port), url.hostname);
  await once(socket, 'connect');
  socket.write('POST /v1/models/sum/predict HTTP/1.1\r\nhost: localhost\r\n');
  socket.write('content-type: application/json\r\ncontent-length: 99\r\n\r\n{');
  await arrived.promise;
  expect(await inFlight()).toBe(idle + 1);
  socket.destroy();
  await gone.promise;
  expect(await inFlight()).toBe(idle);
});

describe('in OpenMetrics', () => {
  const openMetrics = 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5';
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

  test('a slow request leads to its trace where its trace is recorded', async () => {
    const traced = (id: string, flags: string) =>
      predict({ instance: {} }, 'sum', { traceparent: `00-${id}-00f067aa0ba902b7-${flags}` });
    await traced(traceId, '01');
    await traced('ffffffffffffffffffffffffffffffff', '00');
    const families = readOpenMetrics(await scrape(openMetrics));
    const exemplars = families
      .get('http_request_duration_seconds')!
      .samples.filter(({ labels }) => labels.route === '/v1/models/:model/predict')
      .flatMap(({ exemplar }) => exemplar?.labels.trace_id ?? []);
    expect(exemplars).toContain(traceId);
    expect(exemplars).not.toContain('ffffffffffffffffffffffffffffffff');
  });

  test('there is the same as in the text format, and the text format stays as it was', async () => {
    const names = (text: string) => [...text.matchAll(/^[a-z]\S*/gm)].map(([series]) => series).sort();
    const before = await scrape();
    const asked = await serving.app.inject({ url: '/metrics', headers: { accept: openMetrics } });
    expect(asked.headers['content-type']).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(readOpenMetrics(asked.body).get('flightdeck_predictions')?.type).toBe('counter');
    const after = await serving.app.inject('/metrics');
    expect(after.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(names(asked.body)).toEqual(names(after.body));
    expect(names(before)).toEqual(names(after.body));
  });
});

const promtool = spawnSync('promtool', ['--version']).status === 0;
if (!promtool)
  console.warn('promtool is not on PATH (Debian: prometheus): the metrics are not checked with it.');

test.skipIf(!promtool)('promtool has nothing to say against them', async () => {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: await scrape(),
    encoding: 'utf8',
  });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
});

test('every metric has a help text and a name in the conventions: base units, _total on counters only', async () => {
  const all = await lines();
  const types = all.flatMap((line) => [...line.matchAll(/^# TYPE (\S+) (\S+)$/g)]);
  expect(types.length).toBeGreaterThanOrEqual(20);
  for (const [, name, type] of types) {
    expect(name!.endsWith('_total'), name).toBe(type === 'counter');
    expect(name).not.toMatch(/_(ms|milliseconds|percent)/);
    expect(all.some((line) => line.startsWith(`# HELP ${name} `))).toBe(true);
  }
});
