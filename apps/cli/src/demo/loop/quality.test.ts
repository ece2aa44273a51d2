import { describe, expect, it } from 'vitest';
import type { MaturedAnswers } from './matured-quality.ts';
import { qualityBetween, qualityByDay } from './quality.ts';

const dayMs = 86_400_000;
const rowsADay = 400;

/** Of ten rows told 20 % three are positive: `served` says 30 % on average, `frozen` 20 %; both rank alike. */
function answersOf(days: number, label = (row: number) => (row % 10 < 3 ? 1 : 0)): MaturedAnswers {
  const rows = Array.from({ length: days * rowsADay }, (_, row) => row);
  const high = (row: number) => (row % 20 < 10 ? 0.03 : 0);
  return {
    times: Float64Array.from(rows, (row) => Math.floor(row / rowsADay) * dayMs + (row % rowsADay)),
    versions: Int32Array.from(rows, () => 2),
    labels: Uint8Array.from(rows, label),
    served: Float32Array.from(rows, (row) => 0.285 + high(row)),
    frozen: Float32Array.from(rows, (row) => 0.185 + high(row)),
    maxAbsDiff: 0,
    days: Array.from({ length: days }, (_, day) => ({
      ...{ day: day * dayMs, version: 2, answered: rowsADay + 100, labelled: rowsADay },
    })),
  };
}

describe('the quality of a time', () => {
  it('cannot be told where all labels are equal', () => {
    expect(
      qualityBetween(
        answersOf(3, () => 1),
        0,
        3 * dayMs,
      ),
    ).toBeNull();
    expect(qualityByDay(answersOf(1, () => 0))).toMatchObject([{ served: null, frozen: null, positives: 0 }]);
  });

  it('has no interval where there is one day only', () => {
    const { served, saved } = qualityBetween(answersOf(3), 0, dayMs)!;
    expect(served.ece).toMatchObject({ low: null, high: null });
    expect(saved.logLoss).toMatchObject({ low: null, high: null });
  });

  it('sets both side by side on the same rows: one ranking, another calibration', () => {
    const quality = qualityBetween(answersOf(5), dayMs, 4 * dayMs)!;
    expect(quality).toMatchObject({ rows: 3 * rowsADay, days: 3 });
    expect(quality.served.rocAuc).toEqual(quality.frozen.rocAuc);
    expect(quality.served.bias.value).toBeCloseTo(0, 5);
    expect(quality.frozen.bias.value).toBeCloseTo(-0.1, 5);
    expect(quality.saved.ece.low).toBeGreaterThan(0);
    expect(quality.saved.logLoss.low).toBeGreaterThan(0);
  });

  it('says for each day who answered, and how much of it is known', () => {
    const days = qualityByDay(answersOf(2));
    expect(days.map(({ day }) => day)).toEqual(['1970-01-01', '1970-01-02']);
    expect(days[0]).toMatchObject({ answered: 500, labelled: 400, byVersion: { 2: 500 }, positives: 0.3 });
    expect(days[0]!.frozen!.bias).toBeCloseTo(-0.1, 5);
  });
});
