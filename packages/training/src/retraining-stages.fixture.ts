// The stages of a retraining of the toy model by their names, each loaded when it is wanted: for tests that run them in other processes.

import type { ModelDefinition } from './model-definition.ts';
import type { TrainingContext } from './pipeline/stages.ts';
import {
  conclusionRequestSchema,
  recalibrationRequestSchema,
  snapshotRequestSchema,
  trialRequestSchema,
} from './retraining.ts';

type Stage = (model: ModelDefinition, request: unknown, context: TrainingContext) => Promise<unknown>;

export type StageName = 'snapshot' | 'trial' | 'conclusion' | 'recalibration';

export const stages: Readonly<Record<StageName, Stage>> = {
  async snapshot(model, request, context) {
    const { takeSnapshot } = await import('./pipeline/retraining/snapshot.ts');
    return takeSnapshot(model, snapshotRequestSchema.parse(request), context);
  },
  async trial(model, request, context) {
    const { trainTrial } = await import('./pipeline/retraining/trial.ts');
    return trainTrial(model, trialRequestSchema.parse(request), context);
  },
  async conclusion(model, request, context) {
    const { concludeTrials } = await import('./pipeline/retraining/conclude-trials.ts');
    return concludeTrials(model, conclusionRequestSchema.parse(request), context);
  },
  async recalibration(model, request, context) {
    const { recalibrateVersion } = await import('./pipeline/recalibration/recalibrate-version.ts');
    return recalibrateVersion(model, recalibrationRequestSchema.parse(request), context);
  },
};
