// The pipeline: one training run from the source to a registered version. Only this file and the stages in pipeline/ know ONNX
// and the registry; what they call knows neither.

import { FlightdeckError, messageOf } from '@flightdeck/core';
import { datasetVersion } from '@flightdeck/dataset';
import { featureVersion } from '@flightdeck/features';
import { openRegistry, type Registry } from '@flightdeck/registry';
import { bestF1Threshold } from '@flightdeck/stats';
import { loadModel } from './catalogue.ts';
import { summaryMetrics } from './evaluation-schema.ts';
import { codeVersion, currentCommit } from './lineage.ts';
import type { ModelDefinition } from './model-definition.ts';
import { trainBaselines } from './pipeline/baselines.ts';
import { encodeParts, trainCandidate } from './pipeline/candidates.ts';
import { scoreChampion } from './pipeline/champion.ts';
import { readTrainingData } from './pipeline/data.ts';
import { evaluateAll, judge } from './pipeline/evaluations.ts';
import { exportModel } from './pipeline/export.ts';
import { writeHoldout } from './pipeline/holdout.ts';
import { registerVersion } from './pipeline/registration.ts';
import type { TrainingRequest } from './pipeline/request.ts';
import { startStages, type TrainingContext } from './pipeline/stages.ts';
import { summarise } from './pipeline/summary.ts';
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
  const registry = await openRegistry(context);
  try {
    await startRun(registry, model, request);
    return await train(registry, model, request, context);
  } catch (error) {
    // Told to stop is no failure: the run stays under way, as a killed one does, and starts over elsewhere.
    if (!context.signal?.aborted) await recordFailure(registry, request.runId, error, context.log);
    throw error;
  } finally {
    await registry.close();
  }
}

async function train(
  registry: Registry,
  model: ModelDefinition,
  request: TrainingRequest,
  context: TrainingContext,
): Promise<TrainingResult> {
  const { runId, seed } = request;
  const stages = startStages(context);
  const data = await readTrainingData(model, request, stages, context);

  const backend = await loadBackend();
  await registry.runs.updateLineage(runId, { backend: backend.name });
  const { inputs, parts } = encodeParts(model, data);
  const network = await stages.run(
    'train',
    `Training the network on ${data.train.rows} rows (${backend.name})`,
    (tell) => trainCandidate(model.network, inputs, parts, seed, tell, context.signal),
  );
  await registry.runs.logMetrics(
    runId,
    network.epochs.flatMap(({ epoch, trainingLoss, validationLoss }) => [
      { name: 'trainingLoss', step: epoch, value: trainingLoss },
      { name: 'validationLoss', step: epoch, value: validationLoss },
    ]),
  );
  const baselines = await stages.run('baselines', 'Training the baselines', (tell) =>
    trainBaselines(model.network, inputs, parts, seed, tell, context.signal),
  );

  const threshold = bestF1Threshold(network.validationScores, data.validation.labels).threshold;
  const champion = await scoreChampion(registry, model.name, data.test);
  const evaluations = await stages.run('evaluate', `Evaluating on ${data.test.rows} test rows`, () =>
    evaluateAll(model, data, { network: network.testScores, ...baselines }, champion, threshold, seed),
  );
  const exported = await stages.run('export', 'Exporting to ONNX, comparing every test row', () =>
    exportModel(model, inputs, network, data),
  );
  const verdict = await stages.run('gate', 'Judging', () => judge(model, evaluations, champion));
  // Before the version: what a full disk may refuse comes before what everybody can see.
  const holdout = await writeHoldout(
    context.home,
    runId,
    inputs.map(({ name }) => name),
    data.test,
    network.testScores,
  );
  const registered = await stages.run('register', 'Registering', () =>
    registerVersion(registry, {
      request,
      model,
      inputs,
      network,
      data,
      exported,
      threshold,
      evaluations,
      verdict,
    }),
  );
  const result = summarise({
    request,
    model,
    data,
    network,
    evaluations,
    exported,
    verdict,
    registered,
    backend,
    stages,
    holdout,
  });
  await registry.runs.finish(runId, summaryMetrics(evaluations.network!));
  return result;
}

async function startRun(registry: Registry, model: ModelDefinition, request: TrainingRequest): Promise<void> {
  const { runId, rows, seed, actor, reason } = request;
  await registry.runs.start({
    id: runId,
    model: model.name,
    parameters: { rows, actor, reason, network: JSON.parse(JSON.stringify(model.network)) },
    lineage: {
      datasetVersion: datasetVersion(model.dataset),
      featureVersion: featureVersion(model.features),
      codeVersion: await codeVersion(),
      commit: await currentCommit(),
      seed,
    },
  });
}

/** The run keeps its reason; where even that cannot be written (a full disk), the error itself still reaches the caller. */
async function recordFailure(
  registry: Registry,
  runId: string,
  error: unknown,
  log: (line: string) => void,
): Promise<void> {
  const code = error instanceof FlightdeckError ? error.code : 'INTERNAL';
  try {
    await registry.runs.fail(runId, { code, message: messageOf(error) });
  } catch (second) {
    log(`The failure could not be recorded: ${messageOf(second)}`);
  }
}
