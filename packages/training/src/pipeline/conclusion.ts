// The end of every training: a network and the data it was trained on become a verdict, and a version or none.

import type { Registry } from '@flightdeck/registry';
import { bestF1Threshold } from '@flightdeck/stats';
import { requireRising } from '../calibration.ts';
import { summaryMetrics } from '../evaluation-schema.ts';
import type { ModelDefinition } from '../model-definition.ts';
import type { FittedInput } from '../preprocessing.ts';
import type { TrainingResult } from '../training-result.ts';
import { trainBaselines } from './baselines.ts';
import { bundleOf } from './bundle.ts';
import { completeCandidate, type EncodedParts, type TrainedWeights } from './candidates.ts';
import { scoreChampion } from './champion.ts';
import type { TrainingData } from './data.ts';
import { evaluateAll, judge } from './evaluations.ts';
import { exportModel } from './export.ts';
import { writeHoldout } from './holdout.ts';
import { type RegistrationRequest, registerVersion } from './registration.ts';
import type { Stages, TrainingContext } from './stages.ts';
import { summarise } from './summary.ts';

/** The stages of a conclusion, with their usual share of a training's time. */
export const conclusionShares = { baselines: 0.1, evaluate: 0.1, export: 0.03, gate: 0.01, register: 0.01 };
export type ConclusionStage = keyof typeof conclusionShares;

export interface Conclusion extends Pick<RegistrationRequest, 'runId' | 'actor' | 'reason' | 'alias'> {
  readonly model: ModelDefinition;
  readonly data: TrainingData;
  readonly inputs: readonly FittedInput[];
  readonly parts: EncodedParts;
  readonly trained: TrainedWeights;
  readonly backend: string;
  readonly seed: number;
  /** What the stages before took. */
  readonly seconds: Readonly<Record<string, number>>;
  /** To be said beside the gate's own reasons. */
  readonly notes: readonly string[];
}

/** Calibrates, evaluates against baselines and champion, exports, judges, registers. The run is finished when it resolves. */
export async function conclude(
  registry: Registry,
  conclusion: Conclusion,
  stages: Stages<ConclusionStage>,
  { home, signal }: TrainingContext,
): Promise<TrainingResult> {
  const { model, runId, seed, data, inputs, parts, trained } = conclusion;
  await registry.runs.updateLineage(runId, { backend: conclusion.backend });
  await logEpochs(registry, runId, trained.epochs);
  const baselines = await stages.run('baselines', 'Training the baselines', (tell) =>
    trainBaselines(model.network, inputs, parts, seed, tell, signal),
  );
  const network = completeCandidate(trained, inputs, parts);
  requireRising(network.calibration, data.validation.rows);
  const threshold = bestF1Threshold(network.validationScores, data.validation.labels).threshold;
  const champion = await scoreChampion(registry, model.name, data);
  const evaluations = await stages.run('evaluate', `Evaluating on ${data.test.rows} test rows`, () =>
    evaluateAll(model, data, { network: network.testScores, ...baselines }, champion, threshold, seed),
  );
  const exported = await stages.run('export', 'Exporting to ONNX, comparing every test row', () =>
    exportModel(model, inputs, network, data),
  );
  const judged = await stages.run('gate', 'Judging', () => judge(model, evaluations, champion));
  const verdict = { ...judged, reasons: [...conclusion.notes, ...judged.reasons] };
  // Before the version: what a full disk may refuse comes before what everybody can see.
  const names = inputs.map(({ name }) => name);
  const holdout = await writeHoldout(home, runId, names, data.test, network.testScores);
  const content = { model, inputs, network, data, onnx: exported.bytes, threshold, evaluations };
  const registered = await stages.run('register', 'Registering', () =>
    registerVersion(registry, {
      ...conclusion,
      model: model.name,
      verdict,
      evaluation: evaluations.network!,
      files: () => bundleOf(content),
    }),
  );
  const result = summarise({
    request: { runId, seed },
    model,
    data,
    network,
    evaluations,
    exported,
    verdict,
    registered,
    backend: conclusion.backend,
    seconds: { ...conclusion.seconds, ...stages.seconds },
    holdout,
  });
  await registry.runs.finish(runId, summaryMetrics(evaluations.network!));
  return result;
}

/** Adds to the run's series. Safe to repeat. */
export function logEpochs(
  { runs }: Registry,
  runId: string,
  epochs: TrainedWeights['epochs'],
): Promise<void> {
  return runs.logMetrics(
    runId,
    epochs.flatMap(({ epoch, trainingLoss, validationLoss }) => [
      { name: 'trainingLoss', step: epoch, value: trainingLoss },
      { name: 'validationLoss', step: epoch, value: validationLoss },
    ]),
  );
}
