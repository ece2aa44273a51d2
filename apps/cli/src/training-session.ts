// One training job, from the CLI's side: hand it to the queue, follow it, read its result.

import { datasetVersion } from '@flightdeck/dataset';
import { openTrainingQueue, type Submitted, type TrainingJob } from '@flightdeck/queue';
import type { ModelDefinition } from '@flightdeck/training';
import { codeVersion } from '@flightdeck/training/lineage';
import { type TrainingResult, trainingResultSchema } from '@flightdeck/training/result';
import { take } from './progress.ts';
import type { Terminal } from './terminal.ts';
import type { Workshop } from './workshop.ts';

export interface TrainedRun {
  readonly result: TrainingResult;
  /** What submitting found: a new job, one that was under way, or one that was done already. */
  readonly submitted: Submitted;
}

/**
 * Submits the job and waits for its result, showing its progress. What decides the outcome beside it (the data, the code) goes into
 * the run's id. Rejects with the run's own error.
 */
export async function trainInWorkshop(
  { broker, watch, dismissTrainer }: Workshop,
  job: TrainingJob,
  model: ModelDefinition,
  { terminal, signal }: { terminal: Terminal; signal: AbortSignal },
): Promise<TrainedRun> {
  const queue = await openTrainingQueue(broker.url);
  let runId: string | undefined;
  try {
    return await take(terminal, {
      title: `Training ${model.name}`,
      async run(tell) {
        const { id, state } = await queue.submit(job, await versionsOf(model));
        runId = id;
        const onProgress = ({ fraction, message }: { fraction: number; message: string }) =>
          tell(`${String(Math.round(fraction * 100)).padStart(3)} %  ${message}`);
        const result = await watch(queue.wait(id, { signal, onProgress }));
        return { result: trainingResultSchema.parse(result), submitted: state };
      },
      done: ({ result }) => `Trained: ${result.runId}`,
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    const withdrawn = (await dismissTrainer()) && runId !== undefined && (await queue.withdraw(runId));
    terminal.note(
      withdrawn ? 'The run is taken back.' : 'The run stays in the queue, and a trainer goes on with it.',
    );
    throw signal.reason;
  } finally {
    await queue.close();
  }
}

/** Equal for equal data and equal code, the model's declarations included. */
async function versionsOf({ dataset }: ModelDefinition): Promise<Record<string, string>> {
  return { dataset: datasetVersion(dataset), code: await codeVersion() };
}
