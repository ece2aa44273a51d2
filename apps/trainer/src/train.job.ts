// The sandboxed processor: the process that a training runs in. It hands the job to the pipeline, and nothing else.

import { trainingProcessor } from '@flightdeck/queue';
import { readTrainerEnv } from './env.ts';

const { FLIGHTDECK_HOME: home } = readTrainerEnv(process.env);

export default trainingProcessor(async (request, context) => {
  const { runTraining } = await import('@flightdeck/training/pipeline'); // TensorFlow.js: only where a run needs it
  return runTraining(request, { ...context, home });
});
