// Export with proof: the ONNX file, and the largest difference between it and TensorFlow.js over every test row.

import { featureVersion } from '@flightdeck/features';
import {
  encodeModel,
  measureParity,
  openModel,
  type Parity,
  type ParityPolicy,
  requireParity,
  type ScoringGraph,
} from '@flightdeck/onnx';
import type { FeatureColumns } from '../feature-columns.ts';
import type { ModelDefinition } from '../model-definition.ts';
import type { FittedInput } from '../preprocessing.ts';
import type { Candidate } from './candidates.ts';
import type { TrainingData } from './data.ts';
import { rawColumns } from './scoring.ts';

/** A difference of 1e-5 is far below what anybody decides by; ten thousand rows reach the corners of every feature. */
const parity: ParityPolicy = { rows: 10_000, tolerance: 1e-5 };

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
  const bytes = encodeModel(scoringGraph(model, inputs, candidate, data.source.version));
  const { rows, maxAbsDiff } = await proveParity(bytes, data.test, candidate.testScores, parity);
  return { bytes, rows, maxAbsDiff };
}

/** Runs the rows through the file. ONNX_PARITY_FAILED where an answer is not what training expects. */
export async function proveParity(
  bytes: Uint8Array,
  test: FeatureColumns,
  expected: Float32Array,
  policy: ParityPolicy,
): Promise<Parity> {
  const model = await openModel(bytes);
  const names = model.inputs.map(({ name }) => name);
  const columns = rawColumns(names, test, 0, test.rows);
  const measured = await measureParity({ model, columns, rows: test.rows, expected });
  await model.release();
  requireParity(measured, policy);
  return measured;
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
