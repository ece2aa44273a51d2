// What a job of the trainers' queue is about: trainings and the stages of retrainings share it.

import type { StageJob } from './retraining-job.ts';
import type { TrainingJob } from './training-job.ts';

export interface JobSubject {
  readonly model: string;
  /** Of a retraining: which one, and which of its stages; of its trials also which. Null for a training. */
  readonly retraining: string | null;
  readonly stage: string | null;
}

export function subjectOf(data: StageJob | TrainingJob): JobSubject {
  if (!('stage' in data)) return { model: data.model, retraining: null, stage: null };
  const stage = data.stage === 'trial' ? `trial-${data.trial}` : data.stage;
  return { model: data.job.model, retraining: data.retraining, stage };
}
