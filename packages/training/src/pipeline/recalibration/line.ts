// The line of a recalibration: fitted on the logits of the network as it is, put into the file, and proved to be in it.

import { type Parity, replaceCalibration } from '@flightdeck/onnx';
import { bestF1Threshold } from '@flightdeck/stats';
import { type Calibration, calibrate, fitCalibration, requireRising } from '../../calibration.ts';
import type { FeatureColumns } from '../../feature-columns.ts';
import { proveParity } from '../export.ts';
import { scoreFile } from '../scoring.ts';
import type { RecalibrationRows } from './rows.ts';

export interface FittedLine {
  readonly before: Calibration;
  readonly after: Calibration;
  /** The file with the new line, and nothing else changed. */
  readonly onnx: Uint8Array;
  /** Chosen on the rows of the fit, as a training chooses it on the rows of its calibration. */
  readonly threshold: number;
  readonly fitScores: Float32Array;
  readonly testScores: Float32Array;
  readonly parity: Parity;
}

/** One row is enough to see that two numbers arrived; the rest of the file was proved when its network was exported. */
const parity = { rows: 1, tolerance: 1e-5 };

/** CALIBRATION_IMPOSSIBLE, RANKING_REVERSED, ONNX_PARITY_FAILED. */
export async function fitLine(onnx: Uint8Array, { fit, test }: RecalibrationRows): Promise<FittedLine> {
  const fitLogits = await logitsOf(onnx, fit);
  const after = fitCalibration(fitLogits, fit.labels);
  requireRising(after, fit.rows);
  const { bytes, replaced } = replaceCalibration(onnx, after);
  const fitScores = calibrate(fitLogits, after);
  const testScores = calibrate(await logitsOf(onnx, test), after);
  return {
    before: replaced,
    after,
    onnx: bytes,
    threshold: bestF1Threshold(fitScores, fit.labels).threshold,
    fitScores,
    testScores,
    parity: await proveParity(bytes, test, testScores, parity),
  };
}

/** So gentle a slope keeps every logit where the sigmoid is not flat, and can be read back: at 30 still to five digits. */
const gentle = { slope: 1 / 16, intercept: 0 };

/** The network's raw logits, read through a calibration that is easy to undo: those of a served probability near 1 are lost to rounding. */
async function logitsOf(onnx: Uint8Array, rows: FeatureColumns): Promise<Float64Array> {
  const probabilities = await scoreFile(replaceCalibration(onnx, gentle).bytes, rows);
  return Float64Array.from(probabilities, (p) => Math.log(p / (1 - p)) / gentle.slope);
}
