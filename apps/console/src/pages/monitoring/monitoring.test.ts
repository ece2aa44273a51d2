import type { DriftNumbers, MonitoredEndpoint, WindowNumbers } from '@flightdeck/admin-api';
import { expect, it } from 'vitest';
import { overTime } from '../../parts/over-time.ts';
import { alarmsIn } from './alarms.tsx';
import { changed, choiceIn, latestOf, windowIn } from './choice.ts';
import { cleanWords } from './data-quality.tsx';
import { byDrift } from './drift-map.tsx';
import { linesByVersion } from './lines.ts';
import { reportPath } from './report-links.tsx';
import { failuresIn } from './service-over-time.tsx';
import { nameOfWindow, shortNameOf } from './window-words.ts';

const day = 86_400_000;
const monday = Date.UTC(2001, 4, 7);
const moved = (feature: string | null, value: number | null): DriftNumbers => ({
  ...{ feature, value, verdict: 'ok', exceeds: false, streak: 0 },
});
const window = (version: number, at: number, more: object = {}): WindowNumbers =>
  ({
    ...{ version, from: monday + at * day, to: monday + (at + 1) * day, findings: [], drift: [] },
    service: { answered: 100, failed: 0, failures: {} },
    ...more,
  }) as unknown as WindowNumbers;

it('names windows by their length', () => {
  expect(nameOfWindow(window(1, 0))).toBe('7 May 2001');
  expect(nameOfWindow({ from: monday, to: monday + 7 * day })).toBe('7 May 2001 and 7 days');
  expect(nameOfWindow({ from: monday + 3_600_000, to: monday + 7_200_000 })).toBe(
    '7 May 2001, 01:00 and 60 min',
  );
  expect(shortNameOf(window(1, 0))).toBe('7 May');
});

it('takes from the address what there is, and else the first', () => {
  const endpoints: MonitoredEndpoint[] = [
    { endpoint: 'a', model: 'a', versions: [2, 1], lengths: [60, 1440] },
  ];
  const of = (address: string) => choiceIn(new URLSearchParams(address), endpoints);
  expect(of('')).toMatchObject({ version: null, lengthMinutes: 60, feature: null });
  expect(of('version=1&length=1440&feature=x')).toMatchObject({
    version: 1,
    lengthMinutes: 1440,
    feature: 'x',
  });
  expect(of('endpoint=gone&version=9&length=7')).toMatchObject({ version: null, lengthMinutes: 60 });
});

it('looks into the window that is asked for, else into the latest', () => {
  const windows = [window(1, 0), window(2, 1), window(1, 1)];
  expect(latestOf(windows)).toBe(windows[1]);
  expect(windowIn(new URLSearchParams(`window=1@${monday}`), windows)).toBe(windows[0]);
  expect(windowIn(new URLSearchParams('window=nonsense'), windows)).toBe(windows[1]);
  expect(latestOf([])).toBeUndefined();
  expect(changed(new URLSearchParams('a=1&b=2'), { a: null, c: '3' })).toBe('?b=2&c=3');
});

it('has the score first, then what has moved furthest, and last what raises no alarm', () => {
  const windows = [
    window(1, 0, { drift: [moved(null, 0.1), moved('near', 0.2), moved('weekday', 9), moved('far', 3)] }),
    window(1, 1, { drift: [moved(null, 0.1), moved('near', 4), moved('unknown', null)] }),
  ];
  expect(byDrift(windows, ['weekday'])).toEqual([null, 'near', 'far', 'unknown', 'weekday']);
});

it('has every alarm, of the latest window first, and nothing that is only undecided', () => {
  const finding = (item: string, verdict: string) => ({ item, verdict, message: item });
  const windows = [
    window(1, 0, { findings: [finding('drift:a', 'drifted'), finding('quality:ece', 'inconclusive')] }),
    window(1, 1, { findings: [finding('quality:ece', 'degraded')] }),
  ];
  expect(alarmsIn(windows).map(({ item }) => item)).toEqual(['quality:ece', 'drift:a']);
});

it('says what failed with which code, over all windows', () => {
  const failing = window(1, 1, { service: { answered: 98, failed: 2, failures: { LATE: 1, BROKEN: 1 } } });
  expect(failuresIn([window(1, 0)])).toBe('None of 100 predictions failed.');
  expect(failuresIn([failing, failing])).toBe('4 of 200 predictions failed (2.00 %): LATE 2, BROKEN 2.');
  expect([cleanWords(3, 3), cleanWords(0, 3), cleanWords(2, 3)]).toEqual([
    'All 3 features are clean: nothing is missing, out of range, unknown, defaulted or stale.',
    'No feature is without such rows.',
    'The other 2 of 3 features have no such rows.',
  ]);
});

it('draws a line for each version at the ends of its windows, with a band where there is an interval', () => {
  const windows = [window(2, 1), window(1, 0), window(1, 1)];
  const lines = linesByVersion(windows, () => ({ value: 0.5, low: 0.4, high: 0.7 }));
  expect(lines.map(({ name, moments }) => `${name} ${moments.length}`)).toEqual(['v1 2', 'v2 1']);
  expect(lines[1]!.moments[0]).toEqual({ at: monday + 2 * day, value: 0.5, low: 0.4, high: 0.7 });
  const { series } = overTime(lines.slice(1), { write: String }) as { series: { data: number[][] }[] };
  expect(series.map(({ data }) => data[0]![1])).toEqual([0.4, expect.closeTo(0.3), 0.5]);
});

it('leads to the report of exactly this window', () => {
  expect(reportPath('a/b', window(3, 0))).toBe(
    '/v1/reports/a%2Fb/3/2001-05-07T00:00:00.000Z?to=2001-05-08T00:00:00.000Z',
  );
});
