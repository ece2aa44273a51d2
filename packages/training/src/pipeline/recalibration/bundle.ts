// The bundle of a recalibration: that of the version before, with what the calibration touches made anew.

import { bundleFiles, mlmodelText } from '@flightdeck/registry';
import { type Evaluation, withoutResamples } from '../../evaluation-schema.ts';
import { modelCard } from '../../model-card.ts';
import type { ModelDefinition } from '../../model-definition.ts';
import { numberProfile } from '../../reference-profile.ts';
import { goldenRows, json } from '../bundle.ts';
import type { Base } from './base.ts';
import type { FittedLine } from './line.ts';
import type { RecalibrationRows } from './rows.ts';

export async function recalibratedBundle(
  model: ModelDefinition,
  base: Base,
  rows: RecalibrationRows,
  line: FittedLine,
  evaluation: Evaluation,
): Promise<Record<string, Uint8Array | string>> {
  const signature = { ...base.signature, threshold: line.threshold };
  const evaluations = { network: withoutResamples(evaluation) };
  return {
    [bundleFiles.model]: line.onnx,
    [bundleFiles.mlmodel]: mlmodelText({ model: model.name, signature }),
    [bundleFiles.signature]: json(signature),
    [bundleFiles.features]: json(base.features),
    // The features were learnt from what they were learnt from; only what the score should look like is new.
    [bundleFiles.referenceProfile]: json({ ...base.profile, score: numberProfile(line.fitScores) }),
    [bundleFiles.evaluation]: json(evaluations),
    [bundleFiles.golden]: json(await goldenRows(line.onnx, signature, rows.test)),
    [bundleFiles.modelCard]: modelCard(model, evaluations, originOf(base, rows, line)),
  };
}

function originOf(
  { version }: Base,
  { fit, from, testFrom, until }: RecalibrationRows,
  { after }: FittedLine,
): string {
  const date = (minutes: number) => new Date(minutes * 60_000).toISOString().slice(0, 10);
  return (
    `This is a recalibration of version ${version}: the same network, with slope ${after.slope.toFixed(4)} and intercept ` +
    `${after.intercept.toFixed(4)} between its logit and the sigmoid, fitted on ${fit.rows} production rows from ${date(from)} to ` +
    `${date(testFrom - 1)}. The test rows are the production rows after them, to ${date(until - 1)}.`
  );
}
