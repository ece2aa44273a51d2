// The trial stage: one network with some of its parameters changed, trained on a snapshot and measured on its validation rows. The
// test rows stay out of sight: what is chosen by them cannot be judged by them.

import { FlightdeckError } from '@flightdeck/core';
import { brier, expectedCalibrationError, logLoss, rocAuc } from '@flightdeck/stats';
import { requireRising } from '../../calibration.ts';
import type { FeatureColumns } from '../../feature-columns.ts';
import type { ModelDefinition } from '../../model-definition.ts';
import { fitPreprocessing } from '../../preprocessing.ts';
import type { TrialRequest, TrialResult } from '../../retraining.ts';
import { applyTrial } from '../../search.ts';
import { loadBackend } from '../../tensorflow.ts';
import { calibrateOn, encodePart, trainWeights } from '../candidates.ts';
import { startStages, type TrainingContext } from '../stages.ts';
import { openSnapshot, snapshotFolder } from './snapshot-files.ts';
import { storeWeights } from './trial-weights.ts';

/** Runs the trial. Same request and same backend, same weights. RANKING_REVERSED where it is wrong about the validation rows throughout. */
export async function trainTrial(
  model: ModelDefinition,
  { snapshot, parameters, seed }: TrialRequest,
  context: TrainingContext,
): Promise<TrialResult> {
  const data = await readForTrial(model, snapshot, context);
  const definition = applyTrial(model.network, parameters);
  const backend = await loadBackend();
  const inputs = fitPreprocessing(definition, data.train);
  const parts = {
    train: encodePart(inputs, data.train),
    validation: encodePart(inputs, data.validation),
  };
  const stages = startStages(context, { train: 1 });
  try {
    const trained = await stages.run(
      'train',
      `Training on ${data.train.rows} rows (${backend.name})`,
      (tell) => trainWeights(definition, inputs, parts, seed, tell, context.signal),
    );
    const { calibration, scores } = calibrateOn(parts.validation, trained.weights, inputs);
    requireRising(calibration, scores.length);
    return {
      outcome: 'trained',
      parameters,
      metrics: metricsOf(scores, data.validation.labels),
      weights: await storeWeights(snapshotFolder(context.home, model.name, snapshot), trained.weights),
      epochs: [...trained.epochs],
      bestEpoch: trained.bestEpoch,
      backend: backend.name,
      seconds: stages.seconds.train!,
    };
  } catch (error) {
    if (!(error instanceof FlightdeckError && divergence.includes(error.code))) throw error;
    return { outcome: 'diverged', parameters, problem: error.message };
  }
}

/** What a network says that has run away: scores that are no numbers, or all the same. */
const divergence = ['STATS_INPUT', 'CALIBRATION_IMPOSSIBLE'];

async function readForTrial(
  model: ModelDefinition,
  digest: string,
  { home }: TrainingContext,
): Promise<{ train: FeatureColumns; validation: FeatureColumns }> {
  const snapshot = await openSnapshot(home, model, digest);
  try {
    return { train: await snapshot.read('train'), validation: await snapshot.read('validation') };
  } finally {
    await snapshot.close();
  }
}

function metricsOf(scores: Float32Array, labels: Uint8Array) {
  return {
    rocAuc: rocAuc(scores, labels),
    logLoss: logLoss(scores, labels),
    brier: brier(scores, labels),
    ece: expectedCalibrationError(scores, labels),
  };
}
