import { expect, it } from 'vitest';
import { beginningOf, eventTimeOf, trafficIn, withLog } from './live-log.ts';
import { day, freshHome, hour, model, monday, recordTraffic, type Segment } from './traffic.fixture.ts';

const memoryLimit = '256MB';
const segment: Segment = { version: 1, from: monday, to: monday + 2 * day, rows: 3_000 };

it('an empty log has no event time', async () => {
  const place = { home: await freshHome(), memoryLimit };
  expect(await withLog(place, model, eventTimeOf)).toBeNull();
});

it('the event time is that of the latest requests, whatever a few callers with wrong clocks say', async () => {
  const home = await freshHome();
  await recordTraffic(home, segment);
  // Few from a year later, as a replay gets them that forget to say when; and many from the future of the machine that logs them.
  const later = monday + 500 * day;
  await recordTraffic(home, { ...segment, from: later, to: later + 1, rows: 200 });
  await recordTraffic(home, { ...segment, from: later, to: later + 1, rows: 2_000, at: segment.to });
  const place = { home, memoryLimit };
  await withLog(place, model, async (database) => {
    const reached = (await eventTimeOf(database))!;
    expect(reached).toBeLessThanOrEqual(segment.to);
    expect(reached).toBeGreaterThan(segment.to - day / 2);
    expect(await beginningOf(database)).toBe(monday);
  });
});

it('traffic is told by endpoint, version and step of the grid', async () => {
  const home = await freshHome();
  await recordTraffic(home, segment, {
    version: 2,
    from: monday + 30 * hour,
    to: monday + 31 * hour,
    rows: 50,
  });
  const traffic = await withLog({ home, memoryLimit }, model, (database) => trafficIn(database, 1_440));
  const told = traffic.map(({ endpoint, version, at }) => [endpoint, version, (at - monday) / day]);
  expect(told.toSorted()).toEqual([
    [model, 1, 0],
    [model, 1, 1],
    [model, 2, 1],
  ]);
  const weeks = await withLog({ home, memoryLimit }, model, (database) => trafficIn(database, 7 * 1_440));
  expect(new Set(weeks.map(({ at }) => at))).toEqual(new Set([monday]));
});
