import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeModel } from './encode-model.ts';
import { openModel } from './open-model.ts';
import { scoringCase } from './random-graph.fixture.ts';
import { replaceCalibration } from './replace-calibration.ts';
import { smallColumns, smallGraph } from './small-graph.fixture.ts';
import { addModel } from './toy-graphs.fixture.ts';

const other = { slope: 0.5, intercept: 1.25 };

it('refuses a graph that somebody else exported', () => {
  expect(() => replaceCalibration(addModel(), other)).toThrow(
    expect.objectContaining({
      code: 'ONNX_UNSUPPORTED',
      message: expect.stringContaining('calibration/slope'),
    }),
  );
});

it('refuses bytes that are no model', () => {
  expect(() => replaceCalibration(Uint8Array.of(255, 255), other)).toThrow();
  expect(() => replaceCalibration(new Uint8Array(0), other)).toThrow(/calibration\/slope/);
});

it('refuses a number that would make every answer nothing', () => {
  for (const number of [Number.NaN, Number.POSITIVE_INFINITY, 1e39]) {
    expect(() => replaceCalibration(encodeModel(smallGraph), { ...other, intercept: number })).toThrow(
      /intercept cannot be/,
    );
  }
});

it('gives the bytes that the same graph would have been exported to, and says what it replaced', () => {
  const before = encodeModel(smallGraph);
  const untouched = Uint8Array.from(before);
  const { bytes, replaced } = replaceCalibration(before, other);
  expect(Buffer.from(bytes)).toEqual(Buffer.from(encodeModel({ ...smallGraph, calibration: other })));
  expect(replaced.slope).toBeCloseTo(smallGraph.calibration.slope, 6);
  expect(replaced.intercept).toBeCloseTo(smallGraph.calibration.intercept, 6);
  expect(Uint8Array.from(before)).toEqual(untouched);
});

it('does so for any graph', () => {
  fc.assert(
    fc.property(scoringCase, ({ graph }) => {
      const { bytes } = replaceCalibration(encodeModel(graph), other);
      expect(Buffer.compare(bytes, encodeModel({ ...graph, calibration: other }))).toBe(0);
    }),
    { numRuns: 100 },
  );
});

it('changes what the model answers', async () => {
  const answers = async (bytes: Uint8Array) => {
    const model = await openModel(bytes);
    const probabilities = await model.run(smallColumns, 3);
    await model.release();
    return Array.from(probabilities, (p) => Math.log(p / (1 - p)));
  };
  const before = await answers(encodeModel(smallGraph));
  const after = await answers(replaceCalibration(encodeModel(smallGraph), other).bytes);
  const { slope, intercept } = smallGraph.calibration;
  before.forEach((z, row) => {
    expect(after[row]).toBeCloseTo((other.slope * (z - intercept)) / slope + other.intercept, 4);
  });
});
