// A run's record in the registry: started with what is known, ended as finished or failed, whatever happens in between.

import { FlightdeckError, messageOf } from '@flightdeck/core';
import { featureVersion } from '@flightdeck/features';
import { type Json, openRegistry, type Registry } from '@flightdeck/registry';
import { codeVersion, currentCommit } from '../lineage.ts';
import type { ModelDefinition } from '../model-definition.ts';
import type { TrainingContext } from './stages.ts';

export interface RunRecord {
  readonly runId: string;
  readonly seed: number;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly datasetVersion: string;
}

/** Does the work as a run. Safe to repeat: a run that was killed starts over under the same id. */
export async function asRun<Result>(
  model: Pick<ModelDefinition, 'name' | 'features'>,
  record: RunRecord,
  context: TrainingContext,
  work: (registry: Registry) => Promise<Result>,
): Promise<Result> {
  const registry = await openRegistry(context);
  try {
    await startRun(registry, model, record);
    return await work(registry);
  } catch (error) {
    // Told to stop is no failure: the run stays under way, as a killed one does, and starts over elsewhere.
    if (!context.signal?.aborted) await recordFailure(registry, record.runId, error, context.log);
    throw error;
  } finally {
    await registry.close();
  }
}

async function startRun(
  registry: Registry,
  model: Pick<ModelDefinition, 'name' | 'features'>,
  { runId, seed, parameters, datasetVersion }: RunRecord,
): Promise<void> {
  await registry.runs.start({
    id: runId,
    model: model.name,
    parameters: JSON.parse(JSON.stringify(parameters)) as Json,
    lineage: {
      datasetVersion,
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
