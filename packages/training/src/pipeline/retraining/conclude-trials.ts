// The last stage of a retraining: the best trial is calibrated, evaluated against the champion on the same rows, judged, exported and
// registered. It becomes `challenger`: what serves is for the rollout to say.

import { FlightdeckError } from '@flightdeck/core';
import type { ModelDefinition } from '../../model-definition.ts';
import { fitPreprocessing } from '../../preprocessing.ts';
import type { ConclusionRequest, TrialResult } from '../../retraining.ts';
import { applyTrial, declaredTrial } from '../../search.ts';
import { loadBackend } from '../../tensorflow.ts';
import type { TrainingResult } from '../../training-result.ts';
import { encodeParts } from '../candidates.ts';
import { conclude, conclusionShares } from '../conclusion.ts';
import type { TrainingData } from '../data.ts';
import { asRun } from '../run-record.ts';
import { startStages, type TrainingContext } from '../stages.ts';
import { openSnapshot, snapshotFolder } from './snapshot-files.ts';
import { loadWeights } from './trial-weights.ts';

/** SNAPSHOT_… and TRIAL_… where the files of the stages before are not what they left; TRIALS_DIVERGED where no trial led anywhere. */
export async function concludeTrials(
  model: ModelDefinition,
  request: ConclusionRequest,
  context: TrainingContext,
): Promise<TrainingResult> {
  const { runId, seed, actor, reason, snapshot, trials, promote } = request;
  const { digest, testedOn, testFrom, notes } = snapshot;
  const what = { snapshot: digest, testedOn, seenUntil: testFrom, trials: trials.map(briefly) };
  const parameters = { actor, reason, ...what, declared: declaredTrial(model.network) };
  return asRun(model, { runId, seed, parameters, datasetVersion: digest }, context, async (registry) => {
    const best = bestOf(trials);
    const network = applyTrial(model.network, best.parameters);
    const data = await readSnapshot(model, digest, context);
    const weights = await loadWeights(snapshotFolder(context.home, model.name, digest), best.weights);
    await loadBackend();
    const inputs = fitPreprocessing(network, data.train);
    const { epochs, bestEpoch, backend } = best;
    return conclude(
      registry,
      {
        ...{ runId, actor, reason, seed, model, data, inputs, backend, notes },
        alias: promote ? 'champion' : 'challenger',
        parts: encodeParts(inputs, data),
        trained: { weights, epochs, bestEpoch },
        seconds: { ...snapshot.seconds, train: best.seconds },
      },
      startStages(context, conclusionShares),
      context,
    );
  });
}

type Trained = TrialResult & { outcome: 'trained' };

/** The lowest log loss on the validation rows; of equal ones the first, so that a repetition chooses the same. */
function bestOf(trials: readonly TrialResult[]): Trained {
  const trained = trials.filter((trial): trial is Trained => trial.outcome === 'trained');
  const [best] = trained.sort((a, b) => a.metrics.logLoss - b.metrics.logLoss);
  if (best) return best;
  throw new FlightdeckError(
    'TRIALS_DIVERGED',
    `None of ${trials.length} trials led anywhere. Lower the learning rates of the search, or look at the snapshot's rows.`,
  );
}

function briefly(trial: TrialResult) {
  return trial.outcome === 'trained'
    ? { parameters: trial.parameters, metrics: trial.metrics }
    : { parameters: trial.parameters, problem: trial.problem };
}

async function readSnapshot(
  model: ModelDefinition,
  digest: string,
  { home }: TrainingContext,
): Promise<TrainingData> {
  const snapshot = await openSnapshot(home, model, digest);
  try {
    const { source, parts } = snapshot.manifest;
    return {
      source: { version: digest, ...source },
      testFrom: parts.find(({ part }) => part === 'test')!.from,
      train: await snapshot.read('train'),
      validation: await snapshot.read('validation'),
      test: await snapshot.read('test'),
    };
  } finally {
    await snapshot.close();
  }
}
