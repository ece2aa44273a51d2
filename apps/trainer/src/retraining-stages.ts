// What a stage of a retraining is to the pipeline: the queue's requests in the pipeline's words. What loads TensorFlow.js or
// DuckDB is imported only when a stage needs it.

import { FlightdeckError } from '@flightdeck/core';
import type { TrainerWork } from '@flightdeck/queue';
import type { RegistryLocation } from '@flightdeck/registry/location';
import {
  sampleTrials,
  searchSpaceOf,
  snapshotSchema,
  trialParametersSchema,
  trialResultSchema,
} from '@flightdeck/training';
import { loadModel } from '@flightdeck/training/catalogue';

const pipeline = () => import('@flightdeck/training/pipeline');

/** The stages, for a state directory and a registry. */
export function retrainingStages(location: RegistryLocation): Omit<TrainerWork, 'train'> {
  const { home } = location;
  return {
    snapshot: ({ model, rows, seed, runId, until }, context) =>
      withMaturedRows({ home, model, runId, until }, async (production) =>
        (await pipeline()).snapshotData(
          { model, rows, days: null, production, seed },
          { ...context, ...location },
        ),
      ),

    async trial({ model, seed, snapshot, trial, parameters: given }, context) {
      const { digest } = snapshotSchema.parse(snapshot);
      const parameters = given === null ? await draw(model, trial, seed) : trialParametersSchema.parse(given);
      return (await pipeline()).runTrial(
        { model, snapshot: digest, parameters, seed },
        { ...context, ...location },
      );
    },

    async conclude({ runId, model, seed, actor, trigger: { reason }, snapshot, trials, failures }, context) {
      for (const failure of failures) context.log(`trial ${failure.trial} failed: ${failure.reason}`);
      const request = {
        ...{ runId, model, seed, actor, reason },
        snapshot: snapshotSchema.parse(snapshot),
        trials: trials.map(({ result }) => trialResultSchema.parse(result)),
        promote: false, // the rollout decides
      };
      return (await pipeline()).concludeRetraining(request, { ...context, ...location });
    },

    recalibrate: ({ runId, model, version, seed, actor, trigger: { reason }, until }, context) =>
      withMaturedRows({ home, model, runId, until }, async (production) =>
        (await pipeline()).recalibrate(
          { runId, model, version, seed, actor, reason, production, promote: false },
          { ...context, ...location },
        ),
      ),
  };
}

async function withMaturedRows<Result>(
  { model, ...query }: { home: string; model: string; runId: string; until: number },
  use: (path: string) => Promise<Result>,
): Promise<Result> {
  const { writeMaturedRows } = await import('./matured-rows.ts');
  const { path, remove } = await writeMaturedRows({ ...query, model: await loadModel(model) });
  return use(path).finally(remove);
}

/** The search's trial of this number; the first is the network as it is declared. */
async function draw(model: string, trial: number, seed: number) {
  const drawn = sampleTrials(searchSpaceOf(await loadModel(model)), trial + 1, seed)[trial];
  if (drawn !== undefined) return drawn;
  throw new FlightdeckError(
    'SEARCH_SPACE_EXHAUSTED',
    `The search space of ${model} holds no ${trial + 1} different sets. Ask for fewer trials, or widen it in models/${model}.`,
  );
}
