// The sandboxed processor: the process that trainings and the stages of retrainings run in. It hands each to the pipeline, and
// nothing else.

import { trainerProcessor } from '@flightdeck/queue';
import { readTrainerEnv } from './env.ts';
import { retrainingStages } from './retraining-stages.ts';

const { FLIGHTDECK_HOME: home } = readTrainerEnv(process.env);

export default trainerProcessor({
  async train(request, context) {
    const { runTraining } = await import('@flightdeck/training/pipeline'); // TensorFlow.js: only where a run needs it
    return runTraining(request, { ...context, home });
  },
  ...retrainingStages(home),
});
