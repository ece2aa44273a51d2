import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { precisionRecallCurve, rocCurve } from './curves.ts';
import { brier, logLoss } from './probability-scores.ts';
import { prAuc, rocAuc } from './ranked-areas.ts';
import { rankByScore, splitRanking } from './ranking.ts';
import { expectedCalibrationError, reliability } from './reliability.ts';
import { bestF1Threshold, confusionAt, f1, precision, recall } from './threshold.ts';

interface Row {
  readonly score: number;
  readonly label: number;
  readonly weight: number;
}

const metrics = { rocAuc, prAuc, logLoss, brier, expectedCalibrationError };

/** Tenths, so that ties abound. */
const rows = fc.array(
  fc.record({
    score: fc.integer({ min: 0, max: 10 }).map((tenths) => tenths / 10),
    label: fc.integer({ min: 0, max: 1 }),
    weight: fc.integer({ min: 0, max: 3 }),
  }),
  { minLength: 1, maxLength: 40 },
);

const columns = (given: readonly Row[]) => ({
  scores: Float64Array.from(given, (row) => row.score),
  labels: Uint8Array.from(given, (row) => row.label),
  weights: Float64Array.from(given, (row) => row.weight),
});

describe('rows that are no rows', () => {
  const scores = Float32Array.of(0.1, 0.2);

  it.each(Object.entries(metrics))('%s refuses a missing label, and says how many there are', (_, metric) => {
    expect(() => metric(scores, Uint8Array.of(1))).toThrow(
      'There are 2 scores but 1 labels. Pass one a row.',
    );
  });

  it('refuses a missing weight, a label that is no class, and a score that is NaN', () => {
    const labels = Uint8Array.of(0, 1);
    expect(() => rocAuc(scores, labels, Float64Array.of(1))).toThrow('2 scores but 1 weights');
    expect(() => brier(scores, Uint8Array.of(0, 2))).toThrow('Label 2 at row 1 is neither 0 nor 1');
    expect(() => prAuc(Float32Array.of(0.1, Number.NaN), labels)).toThrow('The score at row 1 is NaN');
    expect(() => rocCurve(scores, Uint8Array.of(1), 10)).toThrow(
      expect.objectContaining({ code: 'STATS_INPUT' }),
    );
  });
});

describe('a metric that is undefined is NaN', () => {
  const scores = Float64Array.of(0.2, 0.8);
  const positive = Uint8Array.of(1, 1);
  const negative = Uint8Array.of(0, 0);

  it.each(Object.entries(metrics))('%s of no rows', (_, metric) => {
    expect(metric(new Float32Array(0), new Uint8Array(0))).toBeNaN();
  });

  it('areas, recall and best F1 where a class is missing', () => {
    expect(rocAuc(scores, positive)).toBeNaN();
    expect(rocAuc(scores, negative)).toBeNaN();
    expect(prAuc(scores, negative)).toBeNaN();
    expect(prAuc(scores, positive)).toBe(1);
    expect(recall(confusionAt(scores, negative, 0.5))).toBeNaN();
    expect(bestF1Threshold(scores, negative)).toEqual({ threshold: Number.NaN, f1: Number.NaN });
  });

  it('precision where nothing is predicted positive, F1 where nothing is positive either', () => {
    expect(precision(confusionAt(scores, positive, 0.9))).toBeNaN();
    expect(f1(confusionAt(scores, positive, 0.9))).toBe(0);
    expect(f1(confusionAt(scores, negative, 0.9))).toBeNaN();
  });

  it('and an undefined curve has no points', () => {
    expect(rocCurve(scores, positive, 10)).toEqual([]);
    expect(precisionRecallCurve(scores, negative, 10)).toEqual([]);
    expect(reliability(new Float32Array(0), new Uint8Array(0))).toEqual([]);
  });
});

describe('what holds for every score', () => {
  it.each(Object.entries(metrics))('%s: a row of weight n counts as n equal rows', (_, metric) => {
    fc.assert(
      fc.property(rows, (given) => {
        const { scores, labels, weights } = columns(given);
        const repeated = columns(given.flatMap((row) => Array<Row>(row.weight).fill(row)));
        const expected = metric(repeated.scores, repeated.labels);
        const actual = metric(scores, labels, weights);
        if (Number.isNaN(expected)) expect(actual).toBeNaN();
        else expect(actual).toBeCloseTo(expected, 12);
      }),
    );
  });

  it.each(Object.entries(metrics))('%s does not depend on the order of rows', (_, metric) => {
    fc.assert(
      fc.property(rows, (given) => {
        const forwards = columns(given);
        const backwards = columns(given.toReversed());
        const expected = metric(forwards.scores, forwards.labels);
        const actual = metric(backwards.scores, backwards.labels);
        if (Number.isNaN(expected)) expect(actual).toBeNaN();
        else expect(actual).toBeCloseTo(expected, 12);
      }),
    );
  });

  it('areas see the order of scores alone: logits give what probabilities give', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const { scores, labels } = columns(given);
        const logits = scores.map((p) => Math.log(p / (1 - p))); // infinite at 0 and 1
        expect(rocAuc(logits, labels)).toBe(rocAuc(scores, labels));
        expect(prAuc(logits, labels)).toBe(prAuc(scores, labels));
      }),
    );
  });

  it('ROC-AUC is the share of pairs in the right order, ties for half, and swaps with the labels', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const positives = given.filter((row) => row.label === 1);
        const negatives = given.filter((row) => row.label === 0);
        fc.pre(positives.length > 0 && negatives.length > 0);
        const won = positives.flatMap((p) => negatives.map((n) => (Math.sign(p.score - n.score) + 1) / 2));
        const share = won.reduce((sum, point) => sum + point, 0) / won.length;
        const { scores, labels } = columns(given);
        expect(rocAuc(scores, labels)).toBeCloseTo(share, 12);
        expect(
          rocAuc(
            scores,
            labels.map((label) => 1 - label),
          ),
        ).toBeCloseTo(1 - share, 12);
      }),
    );
  });

  it('no threshold has a better F1 than the best one', () => {
    fc.assert(
      fc.property(rows, fc.double({ min: 0, max: 1, noNaN: true }), (given, threshold) => {
        fc.pre(given.some((row) => row.label === 1));
        const { scores, labels } = columns(given);
        const best = bestF1Threshold(scores, labels);
        expect(f1(confusionAt(scores, labels, threshold))).toBeLessThanOrEqual(best.f1);
        expect(f1(confusionAt(scores, labels, best.threshold))).toBe(best.f1);
      }),
    );
  });

  it('of two thresholds with the same F1 the higher one is best', () => {
    const scores = Float64Array.of(0.9, 0.8, 0.7, 0.6);
    expect(bestF1Threshold(scores, Uint8Array.of(1, 0, 0, 1))).toEqual({ threshold: 0.9, f1: 2 / 3 });
  });

  it('a slice ranks as if it were alone', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const { scores } = columns(given);
        const groups = Uint16Array.from(given, (row) => row.weight);
        const slices = splitRanking(rankByScore(scores), scores, groups, 4);
        slices.forEach((slice, group) => {
          const members = [...scores.keys()].filter((row) => groups[row] === group);
          const alone = rankByScore(Float64Array.from(members, (row) => scores[row]!));
          expect([...slice.rows]).toEqual([...alone.rows].map((row) => members[row]));
          expect(slice.stepEnds).toEqual(alone.stepEnds);
        });
      }),
    );
  });
});

describe('probabilities', () => {
  it('that are certain and wrong cost much, but not infinitely', () => {
    expect(logLoss(Float32Array.of(1), Uint8Array.of(0))).toBeCloseTo(36.04, 2);
  });

  it('on the edge of two bins fall into the lower one', () => {
    const [bin, ...others] = reliability(Float64Array.of(0, 1 / 15, 0.05), Uint8Array.of(0, 1, 0));
    expect(others).toEqual([]);
    expect(bin).toMatchObject({ rows: 3, observed: 1 / 3 });
  });

  it('change bins exactly at the edge, not a rounding error beside it', () => {
    const edges = Float64Array.from({ length: 15 }, (_, i) => (i + 1) / 15);
    const next = edges.slice(0, 14).map((edge) => edge * (1 + Number.EPSILON));
    expect(next.every((value, i) => value > edges[i]!)).toBe(true);
    expect(reliability(next, new Uint8Array(14)).map((each) => each.predicted)).toEqual([...next]);
    expect(
      reliability(Float64Array.of(...edges, ...next), new Uint8Array(29)).map((each) => each.rows),
    ).toEqual([1, ...Array(14).fill(2)]);
    expect(reliability(edges, new Uint8Array(15)).map((each) => each.rows)).toEqual(Array(15).fill(1));
  });

  it("have an interval around the observed share that stays inside [0, 1], as Wilson's does", () => {
    const [bin] = reliability(new Float32Array(10).fill(0.01), new Uint8Array(10));
    expect(bin!.low).toBe(0);
    expect(bin!.high).toBeCloseTo(0.2775, 4); // Wilson 1927, 0 of 10
  });
});

describe('curves for plots', () => {
  const scores = Float64Array.from({ length: 10_000 }, (_, i) => i / 10_000);
  const labels = Uint8Array.from(scores, (score, i) => Number(score > ((i * 7919) % 10_000) / 10_000));

  it('are thinned to the points asked for, with both ends', () => {
    const roc = rocCurve(scores, labels, 50);
    expect(roc.length).toBe(50);
    expect([roc[0], roc.at(-1)]).toEqual([
      [0, 0],
      [1, 1],
    ]);
    const precisionRecall = precisionRecallCurve(scores, labels, 50);
    expect(precisionRecall.length).toBe(50);
    expect(precisionRecall[0]).toEqual([0, 1]);
    expect(precisionRecall.at(-1)![0]).toBe(1);
  });

  it('keep the area: the thinned ROC curve encloses ROC-AUC to three digits', () => {
    const roc = rocCurve(scores, labels, 200);
    const area = roc.slice(1).reduce((sum, [x, y], i) => sum + ((x - roc[i]![0]) * (y + roc[i]![1])) / 2, 0);
    expect(area).toBeCloseTo(rocAuc(scores, labels), 3);
  });
});
