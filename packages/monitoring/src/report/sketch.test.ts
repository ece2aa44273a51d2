// The sketch against the rows it stands for.

import { type Database, openDatabase } from '@flightdeck/dataset';
import { brier, expectedCalibrationError, logLoss, rocAuc, totalOf } from '@flightdeck/stats';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { metrics, rowsOf } from './matured-metrics.ts';
import { sketchWindow } from './sketch-window.ts';
import { hour, serve, subject, trainReference } from './traffic.fixture.ts';
import type { VersionReference } from './version-reference.ts';
import { mergeSketches, type ReportSubject, serviceLayout, type WindowSketch } from './window-sketch.ts';

let database: Database;
let reference: VersionReference;

beforeAll(async () => {
  database = await openDatabase();
  reference = await trainReference(database, 20_000);
});

afterAll(() => database.close());

const sketch = (of: Partial<ReportSubject> = {}, blockMinutes = 60) =>
  sketchWindow(database, { subject: { ...subject, ...of }, blockMinutes }, reference);

/** Blocks in order, as plain values. */
const plain = (value: WindowSketch) =>
  JSON.parse(
    JSON.stringify(value, (_key, inner: unknown) =>
      inner instanceof Map
        ? [...inner].sort(([a], [b]) => a - b).map(([id, sums]) => [id, [...sums]])
        : inner,
    ),
  ) as unknown;

const faults = {
  missing: 0.1,
  unseen: 0.05,
  outOfRange: 0.1,
  stale: 0.2,
  failed: 0.1,
  slow: 0.1,
  unlabelled: 0.3,
};

describe('sketches of two windows', () => {
  it('of different versions or blocks are not merged', async () => {
    await serve(database, { rows: 100, seed: 2 });
    const one = await sketch();
    expect(() => mergeSketches(one, { ...one, subject: { ...subject, version: 4 } })).toThrow(
      expect.objectContaining({
        code: 'SKETCHES_DIFFER',
        message: expect.stringContaining('flight-delay v4'),
      }),
    );
    expect(() => mergeSketches(one, { ...one, blockMinutes: 15 })).toThrow('one version');
  });

  it('merge into the sketch of both, exactly, wherever the border is', async () => {
    await serve(database, { rows: 3_000, seed: 3, ...faults });
    const whole = plain(await sketch());
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 24 * 60 - 1 }), async (minute) => {
        const border = subject.from + minute * 60_000;
        const merged = mergeSketches(await sketch({ to: border }), await sketch({ from: border }));
        expect(plain(merged)).toEqual(whole);
      }),
      { numRuns: 12 },
    );
  });
});

describe('a sketch', () => {
  it('of a window without traffic is empty', async () => {
    await serve(database, { rows: 100, seed: 2 });
    const empty = await sketch({ version: 9 });
    expect([empty.service, empty.matured, empty.score.counts].map(({ blocks }) => blocks.size)).toEqual([
      0, 0, 0,
    ]);
    expect(empty.features.origin).toMatchObject({ minimum: null, unseen: null });
  });

  it('counts a window from its beginning to before its end', async () => {
    await serve(database, { rows: 2_400, seed: 2 });
    const { service } = await sketch({ from: subject.from + hour, to: subject.from + 3 * hour });
    expect([...service.blocks.values()].map((sums) => sums[serviceLayout.answered])).toEqual([100, 100]);
  });

  it('has each row of a feature in one bin, or among the missing', async () => {
    await serve(database, { rows: 5_000, seed: 4, ...faults });
    const [told] = await database.rows(`
      select count(*)::int as rows, count(*) filter ("f:distance" is null)::int as missing,
        count(*) filter ("f:distance" > 6000 or "f:distance" < 1)::int as outside, min("f:distance") as minimum,
        count(*) filter ("f:origin" like 'XX%')::int as unseen, count(*) filter ("s:delay" = 'stale')::int as stale,
        avg("f:delay") as mean
      from predictions where failure is null`);
    const { features } = await sketch();
    const sumsOf = (name: string) => [...totalOf(features[name]!.counts)];
    const distance = sumsOf('distance');
    expect(distance.slice(0, 21).reduce((a, b) => a + b)).toBe(told!.rows);
    expect(distance.slice(20, 22)).toEqual([told!.missing, told!.outside]);
    expect(features.distance!.minimum).toBe(told!.minimum);
    expect(sumsOf('origin').at(-6)).toBe(told!.unseen);
    expect(features.origin!.unseen).toBe('XX0');
    const delay = sumsOf('delay');
    expect(delay.at(-2)).toBe(told!.stale);
    const { mean, deviation } = reference.profile.features.delay as { mean: number; deviation: number };
    expect(mean + (deviation * delay.at(-1)! * 1e-6) / (told!.rows as number)).toBeCloseTo(
      told!.mean as number,
      4,
    );
  });

  it('takes values that are no proper numbers: NaN is missing, the infinite is far away', async () => {
    await serve(database, { rows: 4, seed: 2 });
    await database.run(`
      create or replace view predictions as select * replace (
        case prediction_id when 'p-2-0' then 'NaN'::double when 'p-2-1' then 'inf'::double when 'p-2-2' then -1e300 else 500 end as "f:distance",
        case prediction_id when 'p-2-0' then '' else "f:origin" end as "f:origin")
      from (select * exclude (label, drawn_label, known_at) from traffic)`);
    const { features } = await sketch();
    const distance = [...totalOf(features.distance!.counts)];
    expect([distance[0], distance[19], distance[20], distance[21]]).toEqual([1, 1, 1, 2]);
    expect(totalOf(features.origin!.counts).at(-5)).toBe(1);
  });

  it('gives the metrics of the rows: the area within its stated error, the others to a millionth', async () => {
    await serve(database, { rows: 8_000, seed: 5, intercept: -0.5, failed: 0.05 });
    const rows = await database.columns('select score, label from matured where failure is null');
    const scores = Float64Array.from(rows.score!);
    const labels = Uint8Array.from(rows.label!);
    const sums = totalOf((await sketch()).matured);
    expect(rowsOf(sums)).toEqual({ rows: scores.length, positives: labels.reduce((a, b) => a + b, 0) });
    expect(metrics.logLoss(sums)).toBeCloseTo(logLoss(scores, labels), 6);
    expect(metrics.brier(sums)).toBeCloseTo(brier(scores, labels), 6);
    expect(metrics.ece(sums)).toBeCloseTo(expectedCalibrationError(scores, labels), 6);
    expect(metrics.rocAuc(sums)).toBeCloseTo(rocAuc(scores, labels), 4);
  });

  it('has a feature that was never logged, or as another type, among the missing', async () => {
    await serve(database, { rows: 100, seed: 2 });
    await database.run(`
      create or replace view predictions as
      select * exclude (label, drawn_label, known_at, "f:delay", "s:delay") replace ('far' as "f:distance") from traffic`);
    const { features } = await sketch();
    expect(totalOf(features.delay!.counts)[20]).toBe(100);
    expect(totalOf(features.distance!.counts)[20]).toBe(100);
  });

  it('counts what failed before a version was chosen as failed', async () => {
    await serve(database, { rows: 100, seed: 2 });
    await database.run(`
      create or replace view predictions as
      select * exclude (label, drawn_label, known_at, version, failure, score), null::double as score,
        if(i, null, version) as version, if(i, 'INPUT_INVALID', 'MODEL_FAILED') as failure
      from (select *, prediction_id < 'p-2-5' as i from traffic)`);
    const { service, failures } = await sketch();
    expect(totalOf(service).slice(0, 2)).toEqual(Float64Array.of(0, 100));
    expect(Object.keys(failures)).toEqual(['INPUT_INVALID', 'MODEL_FAILED']);
  });

  it('takes scores of exactly 0 and 1', async () => {
    await serve(database, { rows: 4, seed: 2 });
    await database.run(`
      create or replace view matured as
      select * exclude (drawn_label, score, label), (prediction_id = 'p-2-0')::integer::double as score,
        (prediction_id in ('p-2-0', 'p-2-1'))::integer as label
      from traffic`);
    const sums = totalOf((await sketch()).matured);
    // One row is certain and wrong: it costs -ln(2^-52).
    expect(metrics.logLoss(sums)).toBeCloseTo((52 * Math.LN2) / 4, 6);
    expect(metrics.rocAuc(sums)).toBe(0.75);
  });
});
