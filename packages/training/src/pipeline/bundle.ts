// The bundle: every file that a model version consists of. Equal runs give equal bytes, so nothing here tells the time.

import { openModel } from '@flightdeck/onnx';
import { bundleFiles, mlmodelText, type ScoreGoldenRows, type ScoreSignature } from '@flightdeck/registry';
import { withoutResamples } from '../evaluation-schema.ts';
import type { FeatureColumns } from '../feature-columns.ts';
import { modelCard } from '../model-card.ts';
import type { ModelDefinition } from '../model-definition.ts';
import type { FittedInput } from '../preprocessing.ts';
import { referenceProfile } from '../reference-profile.ts';
import type { Candidate } from './candidates.ts';
import type { TrainingData } from './data.ts';
import type { Evaluations } from './evaluations.ts';
import { rowAt } from './scoring.ts';

/** The ONNX runtime may sum in another order on another processor: so much may a golden row's probability differ. */
const goldenTolerance = 1e-5;
const goldenRowCount = 32;

export interface BundleContent {
  readonly model: ModelDefinition;
  readonly inputs: readonly FittedInput[];
  readonly network: Candidate;
  readonly data: TrainingData;
  readonly onnx: Uint8Array;
  readonly threshold: number;
  readonly evaluations: Evaluations;
}

export async function bundleOf(content: BundleContent): Promise<Record<string, Uint8Array | string>> {
  const { model, inputs, network, data, onnx, threshold } = content;
  // The champion of the day is not part of the version, and resamples are only good for comparing on the spot.
  const { champion: _, ...own } = content.evaluations;
  const evaluations = Object.fromEntries(
    Object.entries(own).map(([name, evaluation]) => [name, withoutResamples(evaluation)]),
  );
  const signature = signatureOf(model, inputs, threshold);
  return {
    [bundleFiles.model]: onnx,
    [bundleFiles.mlmodel]: mlmodelText({ model: model.name, signature }),
    [bundleFiles.signature]: json(signature),
    [bundleFiles.features]: json(model.features),
    [bundleFiles.referenceProfile]: json(referenceProfile(data.train, network.validationScores)),
    [bundleFiles.evaluation]: json(evaluations),
    [bundleFiles.golden]: json(await goldenRows(onnx, signature, data.test)),
    [bundleFiles.modelCard]: modelCard(model, evaluations),
  };
}

function signatureOf(
  model: ModelDefinition,
  inputs: readonly FittedInput[],
  threshold: number,
): ScoreSignature {
  return {
    kind: 'score',
    inputs: inputs.map((input) => {
      const { description, minimum, maximum, default: standIn } = model.features.features[input.name]!;
      const common = { name: input.name, description, default: standIn ?? null };
      return input.kind === 'category'
        ? { ...common, type: 'string', categories: [...input.vocabulary] }
        : {
            ...common,
            type: 'number',
            ...(minimum === undefined ? {} : { minimum }),
            ...(maximum === undefined ? {} : { maximum }),
          };
    }),
    output: { name: 'probability', type: 'number', description: `Probability that it ${model.positive}` },
    threshold,
    positive: model.positive,
  };
}

/** Rows with the answers the graph gave when it was made: some real ones, one with nothing known, one with a name nobody has seen. */
export async function goldenRows(
  onnx: Uint8Array,
  signature: ScoreSignature,
  test: FeatureColumns,
): Promise<ScoreGoldenRows> {
  const names = signature.inputs.map(({ name }) => name);
  const step = Math.floor(test.rows / goldenRowCount);
  const real = Array.from({ length: goldenRowCount }, (_, index) => rowAt(names, test, index * step));
  const blank = Object.fromEntries(names.map((name) => [name, null]));
  const stranger = Object.fromEntries(
    signature.inputs.map(({ name, type }) => [name, type === 'string' ? 'never seen' : real[0]![name]!]),
  );
  const rows = [...real, blank, stranger];
  const session = await openModel(onnx);
  const columns = signature.inputs.map(({ name, type }) => [
    name,
    type === 'string'
      ? rows.map((row) => String(row[name] ?? ''))
      : Float32Array.from(rows, (row) => Number(row[name] ?? Number.NaN)),
  ]);
  const probabilities = await session.run(Object.fromEntries(columns), rows.length);
  await session.release();
  return {
    tolerance: goldenTolerance,
    rows: rows.map((input, index) => ({ input, probability: probabilities[index]! })),
  };
}

export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`;
}
