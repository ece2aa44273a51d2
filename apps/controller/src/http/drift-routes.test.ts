// What reports have found over time, over reports that the controller has made of real traffic: the second version meets other inputs.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { day, model, monday } from '../traffic.fixture.ts';
import { type KeyedApp, keyedApp } from './keyed-app.fixture.ts';

let kit: KeyedApp;
beforeAll(async () => {
  const rows = 3_000;
  kit = await keyedApp([
    { version: 1, from: monday, to: monday + 4 * day, rows: 4 * rows },
    { version: 2, from: monday + 4 * day, to: monday + 7.2 * day, rows: 3 * rows, shift: 900, seed: 2 },
  ]);
  await kit.tick();
});
afterAll(() => kit?.close());

const window = (version: number, from: number, more = '') =>
  `/v1/drift/window?endpoint=${model}&version=${version}&from=${from}&to=${from + day}${more}`;

const latestDay = async (version: number) => {
  const stored = await kit.registry.reports.list({ endpoint: model, version });
  return stored.find(({ from, until }) => Date.parse(until) - Date.parse(from) === day)!;
};

it.each([
  ['/v1/drift?endpoint=nobody&length=1440', '404 ENDPOINT_NOT_FOUND'],
  [`/v1/drift?endpoint=${model}`, '400 INVALID_QUERY'],
  [`/v1/drift?endpoint=${model}&length=1440&limit=5000`, '400 INVALID_QUERY'],
  [window(9, monday), '404 REPORT_NOT_FOUND'],
  [window(1, monday, '&feature=nothing'), '404 FEATURE_NOT_FOUND'],
])('%s is answered as %s', async (url, refusal) => {
  const { status, code } = await kit.ask('GET', url);
  expect(`${status} ${code}`).toBe(refusal);
});

it('is told to nobody without a key', async () => {
  for (const url of ['/v1/drift/endpoints', `/v1/drift?endpoint=${model}&length=1440`, window(1, monday)])
    expect((await kit.ask('GET', url, undefined, 'none')).code).toBe('KEY_REQUIRED');
});

it('says whose reports there are', async () => {
  const { body } = await kit.ask('GET', '/v1/drift/endpoints', undefined, 'read');
  expect(body.endpoints).toEqual([{ endpoint: model, model, versions: [2, 1], lengths: [1440, 10080] }]);
});

it('has the numbers of every window, the earliest first, as the reports have them, and none of their bulk', async () => {
  const { body, text } = await kit.ask('GET', `/v1/drift?endpoint=${model}&length=1440`);
  expect(body).toMatchObject({ model, lengthMinutes: 1440, alarms: { stabilityIndex: 4 } });
  const seen = body.windows.map(({ version, from }: { version: number; from: number }) => [version, from]);
  const days = (version: number, ...which: number[]) => which.map((n) => [version, monday + n * day]);
  expect(seen).toEqual([...days(1, 0, 1, 2, 3), ...days(2, 4, 5, 6)]);
  const stored = await latestDay(2);
  const report = stored.content as { drift: { features: { item: { effect: object } }[] } };
  const { drift, service, quality, findings } = body.windows.at(-1);
  expect(drift.map(({ feature }: { feature: string | null }) => feature)).toEqual([
    null,
    'distance',
    'origin',
  ]);
  expect(report.drift.features[0]!.item.effect).toMatchObject({ value: drift[1].value });
  expect(drift[1]).toMatchObject({ verdict: 'drifted', exceeds: true, streak: 3 });
  expect(service.answered).toBeGreaterThan(2_000);
  expect(quality.metrics.rocAuc.value).toBeGreaterThan(0.5);
  const message = expect.stringContaining('for 3 windows in a row');
  expect(findings[0]).toEqual({ item: 'drift:distance', verdict: 'drifted', message });
  expect(text.length / body.windows.length).toBeLessThan(3_000);
});

it('asks for one version, and for the latest windows only', async () => {
  const of = async (more: string) =>
    (await kit.ask('GET', `/v1/drift?endpoint=${model}&length=1440${more}`)).body.windows;
  expect(await of('&version=1')).toHaveLength(4);
  expect((await of('&limit=2')).map(({ from }: { from: number }) => from)).toEqual([
    ...[monday + 5 * day, monday + 6 * day],
  ]);
});

it('has what lies behind a window: the distribution of a feature, or the score, and the data', async () => {
  const { body } = await kit.ask('GET', window(2, monday + 5 * day, '&feature=distance'));
  expect(body.window).toMatchObject({ version: 2, from: monday + 5 * day });
  expect(body.distribution).toMatchObject({ feature: 'distance', kind: 'number' });
  const shares = (part: 'reference' | 'window') =>
    body.distribution.bins.reduce((sum: number, bin: Record<string, number>) => sum + bin[part]!, 0);
  expect([shares('reference'), shares('window')]).toEqual([expect.closeTo(1, 6), expect.closeTo(1, 6)]);
  expect(body.dataQuality.features.map(({ feature }: { feature: string }) => feature)).toEqual([
    ...['distance', 'origin'],
  ]);
  expect((await kit.ask('GET', window(2, monday + 5 * day))).body.distribution.feature).toBe('score');
});

it('a report that is made again takes the place of the numbers that were kept', async () => {
  const url = `/v1/drift?endpoint=${model}&length=1440&version=1&limit=1`;
  const { windows } = (await kit.ask('GET', url)).body;
  const stored = await latestDay(1);
  const content = stored.content as Record<string, never>;
  await kit.registry.reports.put({ ...stored, content: { ...content, madeAt: 42 } });
  expect((await kit.ask('GET', url)).body.windows).toEqual([{ ...windows[0], madeAt: 42 }]);
});
