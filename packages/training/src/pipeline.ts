// The pipeline: from the source to a registered version, in one run, or as the stages of a retraining that a queue hands to as many
// machines as there are. Only this file and the stages in pipeline/ know ONNX and the registry; what they call knows neither.

import { boundsOf, datasetVersion } from '@flightdeck/dataset';
import type { z } from 'zod';
import { loadModel } from './catalogue.ts';
import { encodeParts, trainWeights } from './pipeline/candidates.ts';
import { conclude, conclusionShares, logEpochs } from './pipeline/conclusion.ts';
import { readTrainingData } from './pipeline/data.ts';
import { recalibrateVersion } from './pipeline/recalibration/recalibrate-version.ts';
import type { TrainingRequest } from './pipeline/request.ts';
import { concludeTrials } from './pipeline/retraining/conclude-trials.ts';
import { takeSnapshot } from './pipeline/retraining/snapshot.ts';
import { trainTrial } from './pipeline/retraining/trial.ts';
import { asRun } from './pipeline/run-record.ts';
import { startStages, type TrainingContext } from './pipeline/stages.ts';
import { fitPreprocessing } from './preprocessing.ts';
import {
  conclusionRequestSchema,
  type RecalibrationResult,
  recalibrationRequestSchema,
  type Snapshot,
  snapshotRequestSchema,
  type TrialResult,
  trialRequestSchema,
} from './retraining.ts';
import { loadBackend } from './tensorflow.ts';
import type { TrainingResult } from './training-result.ts';

/**
 * Trains, judges and registers one version of a model. Safe to repeat: a run that was killed starts over under the same id, and equal
 * results register as the same version.
 */
export async function runTraining(
  request: TrainingRequest,
  context: TrainingContext,
): Promise<TrainingResult> {
  const model = await loadModel(request.model);
  const { runId, rows, seed, actor, reason, promote } = request;
  const seenUntil = boundsOf(model.split).at(-1)!.from;
  const parameters = { rows, actor, reason, network: model.network, seenUntil };
  const record = { runId, seed, parameters, datasetVersion: datasetVersion(model.dataset) };
  return asRun(model, record, context, async (registry) => {
    const stages = startStages(context, { ingest: 0.1, features: 0.25, train: 0.4, ...conclusionShares });
    const data = await readTrainingData(model, request, stages, context);
    const backend = await loadBackend();
    const inputs = fitPreprocessing(model.network, data.train);
    const parts = encodeParts(inputs, data);
    const trained = await stages.run(
      'train',
      `Training the network on ${data.train.rows} rows (${backend.name})`,
      // As they come, so that whoever looks sees the curve grow.
      (tell) =>
        trainWeights(model.network, inputs, parts, seed, tell, context.signal, (epoch) =>
          logEpochs(registry, runId, [epoch]),
        ),
    );
    return conclude(
      registry,
      {
        ...{ runId, actor, reason, seed, model, data, inputs, parts, trained },
        alias: promote ? 'champion' : null,
        backend: backend.name,
        seconds: {},
        notes: [],
      },
      stages,
      context,
    );
  });
}

/** First stage of a retraining: the rows that it is about, as files that do not change any more. */
export async function snapshotData(
  request: z.input<typeof snapshotRequestSchema>,
  context: TrainingContext,
): Promise<Snapshot> {
  return takeSnapshot(await loadModel(request.model), snapshotRequestSchema.parse(request), context);
}

/** Second stage, any number of them at the same time: one network, trained on the snapshot. */
export async function runTrial(
  request: z.input<typeof trialRequestSchema>,
  context: TrainingContext,
): Promise<TrialResult> {
  return trainTrial(await loadModel(request.model), trialRequestSchema.parse(request), context);
}

/** Last stage: the best trial against the champion; what passes becomes `challenger`. */
export async function concludeRetraining(
  request: z.input<typeof conclusionRequestSchema>,
  context: TrainingContext,
): Promise<TrainingResult> {
  return concludeTrials(await loadModel(request.model), conclusionRequestSchema.parse(request), context);
}

/** Instead of all three, where the ranking holds: the same network with a calibration fitted on recent production rows. */
export async function recalibrate(
  request: z.input<typeof recalibrationRequestSchema>,
  context: TrainingContext,
): Promise<RecalibrationResult> {
  return recalibrateVersion(
    await loadModel(request.model),
    recalibrationRequestSchema.parse(request),
    context,
  );
}
