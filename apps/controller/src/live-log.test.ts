import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openPredictionLog, type PredictionLog, predictionIds } from '@flightdeck/monitoring/log';
import { expect, it } from 'vitest';
import { type LogLook, logLooks } from './live-log.ts';
import {
  day,
  freshHome,
  hour,
  minute,
  model,
  monday,
  recordTraffic,
  type Segment,
} from './traffic.fixture.ts';

const memoryLimit = '256MB';
const segment: Segment = { version: 1, from: monday, to: monday + 2 * day, rows: 3_000 };
const steps = [1_440, 7 * 1_440];

it('an empty log has no event time', async () => {
  const look = await logLooks({ home: await freshHome(), memoryLimit }).of(model, steps);
  expect(look.reached).toBeNull();
  expect(look.traffic(1_440)).toEqual([]);
});

it('the event time is that of the latest requests, whatever a few callers with wrong clocks say', async () => {
  const home = await freshHome();
  await recordTraffic(home, segment);
  // Few from a year later, as a replay gets them that forget to say when; and many from the future of the machine that logs them.
  const later = monday + 500 * day;
  await recordTraffic(home, { ...segment, from: later, to: later + 1, rows: 200 });
  await recordTraffic(home, { ...segment, from: later, to: later + 1, rows: 2_000, at: segment.to });
  const { reached, begins } = await logLooks({ home, memoryLimit }).of(model, steps);
  expect(reached).toBeLessThanOrEqual(segment.to);
  expect(reached).toBeGreaterThan(segment.to - day / 2);
  expect(begins).toBe(monday);
});

it('traffic is told by endpoint, version and step of the grid', async () => {
  const home = await freshHome();
  await recordTraffic(home, segment, {
    version: 2,
    from: monday + 30 * hour,
    to: monday + 31 * hour,
    rows: 50,
  });
  const { traffic } = await logLooks({ home, memoryLimit }).of(model, steps);
  const told = traffic(1_440).map(({ endpoint, version, at }) => [endpoint, version, (at - monday) / day]);
  expect(told.toSorted()).toEqual([
    [model, 1, 0],
    [model, 1, 1],
    [model, 2, 1],
  ]);
  expect(new Set(traffic(7 * 1_440).map(({ at }) => at))).toEqual(new Set([monday]));
});

/** In an order that does not depend on who looks. */
const told = ({ reached, begins, traffic }: LogLook) => ({
  reached,
  begins,
  traffic: traffic(60)
    .map(({ endpoint, version, at }) => `${endpoint} ${version} ${at}`)
    .toSorted(),
});

it('whoever has looked before is told what one is told who looks for the first time', async () => {
  const home = await freshHome();
  const place = { home, memoryLimit };
  const looks = logLooks(place);
  const agreed = async () => {
    const look = told(await looks.of(model, [60]));
    expect(look).toEqual(told(await logLooks(place).of(model, [60])));
    return look;
  };
  const log = openPredictionLog({
    home,
    token: predictionIds().token,
    maxBytes: 1e9,
    maxDays: 1e5,
    flushMs: 1e6,
  });
  const writing = writerTo(log);
  await writing(1, monday, 30);
  expect(await agreed()).toMatchObject({ reached: monday + 19 * minute, begins: monday });
  // The same segment, which is open, and one more.
  await writing(1, monday + 3 * hour, 30);
  await writing(2, monday + 3 * hour, 30);
  expect((await agreed()).traffic).toHaveLength(3);
  await log.close();
  expect((await agreed()).traffic).toHaveLength(3);
  await recordTraffic(home, { version: 3, from: monday - 9 * hour, to: monday - 8 * hour, rows: 100 });
  expect(await agreed()).toMatchObject({ begins: monday - 9 * hour });
  expect((await agreed()).traffic).toHaveLength(4);
  // As the retention policy does.
  await rm(join(home, 'predictions', model), { recursive: true });
  expect(await agreed()).toMatchObject({ reached: null, traffic: [] });
});

it('other steps are asked about anew', async () => {
  const home = await freshHome();
  await recordTraffic(home, segment);
  const looks = logLooks({ home, memoryLimit });
  expect((await looks.of(model, [1_440])).traffic(1_440)).toHaveLength(2);
  expect((await looks.of(model, [720])).traffic(720)).toHaveLength(4);
});

/** Writes requests of one row, a minute apart, and waits until they are on the disk. */
function writerTo(log: PredictionLog) {
  const layouts = new Map<number, Parameters<PredictionLog['append']>[0]['layout']>();
  const ids = predictionIds();
  return async (version: number, from: number, requests: number) => {
    const layout = layouts.get(version) ?? {
      endpoint: model,
      model,
      version,
      variant: 'champion',
      columns: [],
    };
    layouts.set(version, layout);
    for (let one = 0; one < requests; one++) {
      const [request, eventTime] = [ids.nextRequest(), from + one * minute];
      const asked = {
        layout,
        request,
        requestId: `r-${request}`,
        unit: null,
        rows: 1,
        latencyMs: 1,
        copy: () => {},
      };
      log.append({ ...asked, eventTime, at: eventTime + 1_000, scores: Float32Array.of(0.5) });
    }
    await log.flush();
  };
}
