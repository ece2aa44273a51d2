// The sandboxed processor: the process that trainings and the stages of retrainings run in. It hands each to the pipeline, and
// nothing else.

import { trainerProcessor } from '@flightdeck/queue';
import { registryLocation } from '@flightdeck/registry/location';
import { readTrainerEnv } from './env.ts';
import { retrainingStages } from './retraining-stages.ts';

// From the environment, never from the job: a location may hold a password, and jobs are for everybody to see.
const location = registryLocation(readTrainerEnv(process.env));

export default trainerProcessor({
  async train(request, context) {
    const { runTraining } = await import('@flightdeck/training/pipeline'); // TensorFlow.js: only where a run needs it
    return runTraining(request, { ...context, ...location });
  },
  ...retrainingStages(location),
});
