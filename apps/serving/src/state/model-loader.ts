// From a model version in the registry to a model that answers. Nothing is served before its bundle's checksums, its
// signature and its golden rows have been checked in this very process.

import { type Clock, FlightdeckError, messageOf } from '@flightdeck/core';
import { type OnnxModel, openModel } from '@flightdeck/onnx';
import {
  bundleFiles,
  goldenRowsSchema,
  type ModelVersion,
  type Registry,
  type Signature,
  signatureSchema,
} from '@flightdeck/registry';
import type { z } from 'zod';
import { assertGoldenRows } from './golden-rows.ts';
import { type InstanceBatch, type InstanceReader, instanceReader } from './instances.ts';

export interface LoadedModel {
  readonly version: ModelVersion;
  readonly signature: Signature;
  /** Milliseconds since 1970 UTC. */
  readonly loadedAt: number;
  readonly read: InstanceReader;
  /** One probability per row of the batch. */
  score(batch: InstanceBatch): Promise<Float32Array>;
  /** Lets the scoring that was begun finish, then frees the session. Scoring after this call is refused. */
  retire(): Promise<void>;
}

export type ModelLoader = (version: ModelVersion) => Promise<LoadedModel>;

/**
 * The loader of one registry. Throws what the registry and the ONNX package throw (BUNDLE_TAMPERED, BUNDLE_INCOMPLETE,
 * ONNX_CORRUPT, ONNX_UNSUPPORTED), and BUNDLE_FILE_INVALID, SIGNATURE_MISMATCH, GOLDEN_ROW_FAILED.
 */
export function modelLoader(registry: Registry, clock: Clock): ModelLoader {
  return async (version) => {
    // Every file, also those that only people read: a bundle is trusted as a whole or not at all.
    await registry.versions.verify(version);
    const bundle = await registry.versions.open(version);
    const signature = parseFile(
      bundleFiles.signature,
      signatureSchema,
      await bundle.read(bundleFiles.signature),
    );
    const golden = parseFile(bundleFiles.golden, goldenRowsSchema, await bundle.read(bundleFiles.golden));
    const model = await openModel(await bundle.read(bundleFiles.model));
    try {
      assertSameInputs(model, signature);
      await assertGoldenRows(model, signature, golden);
      return await warmedUp(toLoaded(version, signature, model, clock()));
    } catch (error) {
      await model.release();
      throw error;
    }
  };
}

function parseFile<Schema extends z.ZodType>(
  name: string,
  schema: Schema,
  bytes: Uint8Array,
): z.infer<Schema> {
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    throw new FlightdeckError(
      'BUNDLE_FILE_INVALID',
      `${name} in the bundle is not what it should be: ${messageOf(error)}. Register the version anew.`,
      { cause: error },
    );
  }
}

function assertSameInputs(model: OnnxModel, signature: Signature): void {
  const graph = listed(model.inputs);
  const declared = listed(
    signature.inputs.map(({ name, type }) => ({ name, type: type === 'number' ? 'float32' : type })),
  );
  if (graph === declared) return;
  throw new FlightdeckError(
    'SIGNATURE_MISMATCH',
    `model.onnx takes (${graph}), its signature says (${declared}). Export the model again.`,
  );
}

function listed(inputs: readonly { readonly name: string; readonly type: string }[]): string {
  return inputs
    .map(({ name, type }) => `${name}: ${type}`)
    .sort()
    .join(', ');
}

function toLoaded(
  version: ModelVersion,
  signature: Signature,
  model: OnnxModel,
  loadedAt: number,
): LoadedModel {
  return {
    version,
    signature,
    loadedAt,
    read: instanceReader(signature),
    score: ({ columns, rows }) => model.run(columns, rows),
    retire: () => model.release(),
  };
}

/** The first runs of a session allocate its memory; better here than in somebody's request. One row, then a batch. */
async function warmedUp(loaded: LoadedModel): Promise<LoadedModel> {
  for (const rows of [1, 64]) await loaded.score(loaded.read(Array.from({ length: rows }, () => ({}))));
  return loaded;
}
