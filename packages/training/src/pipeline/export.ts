// Export with proof: the ONNX file, and the largest difference between it and TensorFlow.js over every test row.

import { featureVersion } from '@flightdeck/features';
import { encodeModel, measureParity, openModel, requireParity, type ScoringGraph } from '@flightdeck/onnx';
import type { ModelDefinition } from '../model-definition.ts';
import type { FittedInput } from '../preprocessing.ts';
import type { Candidate } from './candidates.ts';
import type { TrainingData } from './data.ts';
import { rawColumns } from './scoring.ts';

/** A difference of 1e-5 is far below what anybody decides by; ten thousand rows reach the corners of every feature. */
const parity = { rows: 10_000, tolerance: 1e-5 };

export interface ExportedModel {
  readonly bytes: Uint8Array;
  readonly rows: number;
  readonly maxAbsDiff: number;
}

/** ONNX_PARITY_FAILED where a row differs by more than the tolerance: such a run must not produce a version. */
export async function exportModel(
  model: ModelDefinition,
  inputs: readonly FittedInput[],
  candidate: Candidate,
  data: TrainingData,
): Promise<ExportedModel> {
  const bytes = encodeModel(scoringGraph(model, inputs, candidate, data.dataset.version));
  const session = await openModel(bytes);
  const names = inputs.map(({ name }) => name);
  const measured = await measureParity({
    model: session,
    columns: rawColumns(names, data.test, 0, data.test.rows),
    rows: data.test.rows,
    expected: candidate.testScores,
  });
  await session.release();
  requireParity(measured, parity);
  return { bytes, rows: measured.rows, maxAbsDiff: measured.maxAbsDiff };
}

function scoringGraph(
  model: ModelDefinition,
  inputs: readonly FittedInput[],
  { weights, calibration }: Candidate,
  datasetVersion: string,
): ScoringGraph {
  const embeddings = weights.embeddings.values();
  return {
    name: model.name,
    producerVersion: '0.1.0',
    inputs: inputs.map((input) =>
      input.kind === 'number' ? input : { ...input, embedding: embeddings.next().value! },
    ),
    layers: weights.layers,
    calibration,
    metadata: { dataset_version: datasetVersion, feature_version: featureVersion(model.features) },
  };
}
