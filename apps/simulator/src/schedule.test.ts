import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesOf, type TimedFault } from './faults.ts';
import type { ReplaySource } from './replay-source.ts';
import { type ScheduleOptions, scheduleOf, type Tick } from './schedule.ts';
import { type ToyRow, toyRows, toySource } from './toy-source.fixture.ts';

const from = 1000;
const to = from + 300;

const unchanged = changesOf([], 1);
const whole: ScheduleOptions = {
  rowsFrom: Number.NEGATIVE_INFINITY,
  startAt: from,
  predictFrom: from,
  to,
  slack: 0,
  seed: 1,
  share: 1,
  tickMinutes: 1,
  changes: unchanged,
};

async function ticksOf(source: ReplaySource, options: Partial<ScheduleOptions> = {}): Promise<Tick[]> {
  const ticks: Tick[] = [];
  for await (const tick of scheduleOf(source, { ...whole, ...options })) ticks.push(tick);
  return ticks;
}

/** Everything that is sent, in the order in which it is sent. */
function sentBy(ticks: readonly Tick[]): string[] {
  return ticks.flatMap(({ at, predictions, events, labels }) => [
    ...predictions.map(({ row }) => `${at} predict ${row}`),
    ...events.map(({ id }) => `${at} ${id}`),
    ...labels.map(({ row }) => `${at} label ${row}`),
  ]);
}

const rows = toyRows(from - 120, 500);

async function holds(property: (source: ReplaySource, rows: readonly ToyRow[]) => Promise<void>) {
  const anyRecording = fc.asyncProperty(rows, (rows) => property(toySource(rows), rows));
  await fc.assert(anyRecording, { numRuns: 60, seed: 3 });
}

describe('a schedule', () => {
  it('of nothing is empty', async () => {
    expect(await ticksOf(toySource([]))).toEqual([]);
  });

  it('never sends what has not happened yet, and never sends it late', () =>
    holds(async (source) => {
      for (const { at, end, predictions, events, labels } of await ticksOf(source, { tickMinutes: 7 })) {
        for (const item of [...predictions, ...events, ...labels]) {
          expect(item.at).toBeGreaterThanOrEqual(at);
          expect(item.at).toBeLessThan(end);
        }
      }
    }));

  it('goes forward, with no empty tick', () =>
    holds(async (source) => {
      const ticks = await ticksOf(source);
      for (const [index, tick] of ticks.entries()) {
        expect(tick.at).toBeGreaterThan(ticks[index - 1]?.at ?? Number.NEGATIVE_INFINITY);
        expect(tick.predictions.length + tick.events.length + tick.labels.length).toBeGreaterThan(0);
      }
    }));

  it("predicts each row of the range once, before the row's own events and label", () =>
    holds(async (source, rows) => {
      const sent = sentBy(await ticksOf(source));
      expect(new Set(sent).size).toBe(sent.length);
      const place = (what: string) => sent.findIndex((line) => line.endsWith(` ${what}`));
      for (const [id, { time }] of rows.entries()) {
        if (time < from || time >= to) {
          expect(place(`predict ${id}`)).toBe(-1);
          continue;
        }
        expect(place(`predict ${id}`)).toBeGreaterThanOrEqual(0);
        expect(place(`toy-${id}-begin`)).toBeGreaterThan(place(`predict ${id}`));
        expect(place(`label ${id}`)).toBeGreaterThan(place(`predict ${id}`));
      }
    }));

  it('sends every event of the range, whatever share of the rows is predicted', () =>
    holds(async (source) => {
      const events = (ticks: readonly Tick[]) => ticks.flatMap((tick) => tick.events.map(({ id }) => id));
      const all = await ticksOf(source);
      const sampled = await ticksOf(source, { share: 0.3 });
      expect(events(sampled)).toEqual(events(all));
      const predicted = new Set(sampled.flatMap((tick) => tick.predictions.map(({ row }) => row)));
      const labelled = sampled.flatMap((tick) => tick.labels.map(({ row }) => row));
      expect(new Set(labelled)).toEqual(predicted);
    }));

  it('is the same twice, and samples other rows for another seed', async () => {
    const source = toySource(
      Array.from({ length: 200 }, (_, id) => ({ time: from + id, takes: 5, waits: 5 })),
    );
    const predicted = async (seed: number) =>
      (await ticksOf(source, { seed, share: 0.5 })).flatMap((tick) => tick.predictions);
    expect(await predicted(1)).toEqual(await predicted(1));
    expect(await predicted(1)).not.toEqual(await predicted(2));
    expect((await predicted(1)).length).toBeGreaterThan(70);
    expect((await predicted(1)).length).toBeLessThan(130);
  });

  it('begun in the middle is the rest of the whole one: that is what a restart relies on', () =>
    holds(async (source) => {
      const faults: TimedFault[] = [
        { name: 'late', from: from + 50, to: from + 200, fault: { kind: 'late-labels', minutes: 45 } },
        { name: 'nulls', from, to, fault: { kind: 'nulls', field: 'size', share: 0.5 } },
      ];
      const options = { changes: changesOf(faults, 1), slack: 45, share: 0.7, tickMinutes: 10 };
      const all = await ticksOf(source, options);
      for (const startAt of [from + 10, from + 100, from + 290]) {
        const rest = await ticksOf(source, { ...options, startAt });
        expect(rest).toEqual(all.filter(({ at }) => at >= startAt));
      }
    }));

  it('sends no events from the end on: they belong to the replay that goes on from there', () =>
    holds(async (source) => {
      const ticks = await ticksOf(source);
      for (const tick of ticks.filter(({ at }) => at >= to)) expect(tick.events).toEqual([]);
      const later = await ticksOf(source, { startAt: to, predictFrom: from, to: to + 400 });
      const both = [...ticks, ...later].flatMap((tick) => tick.events.map(({ id }) => id));
      const once = (await ticksOf(source, { to: to + 400 })).flatMap((tick) =>
        tick.events.map(({ id }) => id),
      );
      expect(both.sort()).toEqual(once.sort());
    }));

  it('warms up with the events of the rows before, and only with whole rows', async () => {
    const source = toySource([
      { time: from - 100, takes: 95, waits: 0 },
      { time: from - 50, takes: 10, waits: 0 },
      { time: from - 20, takes: 30, waits: 0 },
      { time: from + 1, takes: 10, waits: 0 },
    ]);
    const ticks = await ticksOf(source, { rowsFrom: from - 60, startAt: from - 60 });
    expect(sentBy(ticks)).toEqual([
      `${from - 50} toy-1-begin`,
      `${from - 40} toy-1-end`,
      `${from - 20} toy-2-begin`,
      `${from + 1} predict 3`,
      `${from + 1} toy-3-begin`,
      `${from + 10} toy-2-end`,
      `${from + 11} toy-3-end`,
      `${from + 11} label 3`,
    ]);
  });
});
