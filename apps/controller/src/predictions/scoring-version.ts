// A version as something that scores rows here, beside serving: what people ask out of curiosity must not stand in the prediction log
// among what was really asked.

import { FlightdeckError } from '@flightdeck/core';
import { type Columns, openModel } from '@flightdeck/onnx';
import { bundleFiles, type Registry, type ScoreSignature, signatureSchema } from '@flightdeck/registry';

export type FeatureValue = number | string | null;
/** By feature. */
export type FeatureValues = Readonly<Record<string, FeatureValue>>;

export interface ScoringVersion {
  readonly inputs: ScoreSignature['inputs'];
  readonly threshold: number;
  readonly positive: string;
  score(rows: readonly FeatureValues[]): Promise<Float32Array>;
}

/** Opens a version's model, hands it to `work`, and closes it. VERSION_NOT_FOUND, VERSION_DELETED, VERSION_WITHOUT_SCORE. */
export async function withVersion<Result>(
  registry: Pick<Registry, 'versions'>,
  { model, version }: { readonly model: string; readonly version: number },
  work: (scoring: ScoringVersion) => Promise<Result>,
): Promise<Result> {
  const bundle = await registry.versions.open(await registry.versions.get(model, version));
  const signature = await scoreSignatureOf(registry, model, version);
  const onnx = await openModel(await bundle.read(bundleFiles.model));
  try {
    const { inputs, threshold, positive } = signature;
    return await work({
      ...{ inputs, threshold, positive },
      score: (rows) => onnx.run(columnsOf(inputs, rows), rows.length),
    });
  } finally {
    await onnx.release();
  }
}

export async function scoreSignatureOf(
  { versions }: Pick<Registry, 'versions'>,
  model: string,
  version: number,
): Promise<ScoreSignature> {
  const bundle = await versions.open(await versions.get(model, version));
  const text = Buffer.from(await bundle.read(bundleFiles.signature)).toString();
  const signature = signatureSchema.parse(JSON.parse(text));
  if (signature.kind === 'score') return signature;
  throw new FlightdeckError(
    'VERSION_WITHOUT_SCORE',
    `Version ${version} of ${model} was imported: it has tensors and no features by name. Ask serving, at /v2/models/${model}/infer.`,
  );
}

/** What is missing is NaN, or the empty string, as it is in serving. */
function columnsOf(inputs: ScoreSignature['inputs'], rows: readonly FeatureValues[]): Columns {
  return Object.fromEntries(
    inputs.map(({ name, type }) => [
      name,
      type === 'number'
        ? Float32Array.from(rows, (row) => (row[name] as number | null | undefined) ?? Number.NaN)
        : rows.map((row) => String(row[name] ?? '')),
    ]),
  );
}
