import { expectedCalibrationError, logLoss, rocAuc } from '@flightdeck/stats';
import { describe, expect, it } from 'vitest';
import reference from '../reference/calibration.json' with { type: 'json' };
import { calibrate, fitCalibration } from './calibration.ts';

describe('calibration is refused', () => {
  it.each([
    ['a class is missing', [0.1, 0.2], [1, 1], 'one class only'],
    ['there is no row', [], [], 'one class only'],
    ['a label is missing', [0.1, 0.2], [1], '2 logits but 1 labels'],
    ['a logit is not finite', [0.1, Number.NaN, 3], [0, 1, 0], 'not finite'],
    ['all logits are the same', [0.3, 0.3, 0.3], [0, 1, 0], 'all logits are the same'],
    ['the logits separate the classes', [-2, -1, 1, 2], [0, 0, 1, 1], 'separate the classes'],
  ])('where %s', (_, logits, labels, message) => {
    const fit = () => fitCalibration(Float32Array.from(logits), Uint8Array.from(labels));
    expect(fit).toThrow(expect.objectContaining({ code: 'CALIBRATION_IMPOSSIBLE' }));
    expect(fit).toThrow(message);
  });
});

describe.each(reference.cases)('scikit-learn fits the same line: $name', ({ expected, ...stored }) => {
  const logits = Float64Array.from(stored.logits);
  const labels = Uint8Array.from(stored.labels);

  it('to ten digits', () => {
    const line = fitCalibration(logits, labels);
    expect(line.slope).toBeCloseTo(expected.slope, 10);
    expect(line.intercept).toBeCloseTo(expected.intercept, 10);
    expect(fitCalibration(logits, labels)).toEqual(line);
  });

  it('and nothing is left to calibrate in what comes out', () => {
    const line = fitCalibration(logits, labels);
    const calibrated = logits.map((logit) => line.slope * logit + line.intercept);
    const again = fitCalibration(calibrated, labels);
    expect(again.slope).toBeCloseTo(1, 8);
    expect(again.intercept).toBeCloseTo(0, 8);
  });
});

it('an overconfident score becomes a better probability and ranks as before', () => {
  const { logits, labels } = reference.cases.find((each) => each.name === 'too sure')!;
  const [scores, truth] = [Float64Array.from(logits), Uint8Array.from(labels)];
  const raw = calibrate(scores, { slope: 1, intercept: 0 });
  const calibrated = calibrate(scores, fitCalibration(scores, truth));
  expect(logLoss(calibrated, truth)).toBeLessThan(logLoss(raw, truth));
  expect(expectedCalibrationError(calibrated, truth)).toBeLessThan(expectedCalibrationError(raw, truth));
  expect(rocAuc(calibrated, truth)).toBeCloseTo(rocAuc(scores, truth), 10);
});
