// From a model version in the registry to a model that answers. Nothing is served before its bundle's checksums, its
// signature and its golden rows have been checked in this very process.

import { type Clock, FlightdeckError, messageOf } from '@flightdeck/core';
import type { FeatureView } from '@flightdeck/features/online';
import {
  type BatchReport,
  type InferenceLimits,
  type InferenceModel,
  loadModel,
} from '@flightdeck/inference';
import {
  type Bundle,
  bundleFiles,
  type GoldenRows,
  goldenRowsSchema,
  type ModelVersion,
  type Registry,
  type Signature,
  signatureSchema,
} from '@flightdeck/registry';
import type { z } from 'zod';
import { type DomainModel, domainModel } from '../domain/domain-model.ts';
import type { FeatureLookup } from '../domain/feature-lookup.ts';
import { assertGoldenRows, goldenFeeds } from './golden-rows.ts';

export interface LoadedModel {
  readonly version: ModelVersion;
  readonly signature: Signature;
  /** Milliseconds since 1970 UTC. */
  readonly loadedAt: number;
  readonly runtime: InferenceModel;
  /** What /v1 makes of it. */
  readonly domain: DomainModel;
}

export type ModelLoader = (version: ModelVersion) => Promise<LoadedModel>;

export interface ModelLoaderOptions {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly limits: InferenceLimits;
  /** Largest model file, bytes. */
  readonly maxModelBytes: number;
  /** Where the features come from that requests lack. */
  readonly lookupOf: (view: FeatureView) => Promise<FeatureLookup | null>;
  readonly onBatch?: (version: ModelVersion, report: BatchReport) => void;
}

/**
 * The loader of one registry. Throws what the registry and the ONNX package throw (BUNDLE_TAMPERED, BUNDLE_INCOMPLETE,
 * ONNX_CORRUPT, ONNX_UNSUPPORTED), what `loadModel` throws (SIGNATURE_MISMATCH), and BUNDLE_FILE_INVALID, MODEL_TOO_LARGE,
 * GOLDEN_ROW_FAILED.
 */
export function modelLoader(options: ModelLoaderOptions): ModelLoader {
  const { registry, clock, limits, onBatch } = options;
  return async (version) => {
    assertSize(version, options.maxModelBytes);
    // Every file, also those that only people read: a bundle is trusted as a whole or not at all.
    await registry.versions.verify(version);
    const bundle = await registry.versions.open(version);
    const signature = parseFile(
      bundleFiles.signature,
      signatureSchema,
      await bundle.read(bundleFiles.signature),
    );
    const golden = parseFile(bundleFiles.golden, goldenRowsSchema, await bundle.read(bundleFiles.golden));
    const runtime = await loadModel(await bundle.read(bundleFiles.model), {
      limits,
      samples: goldenFeeds(signature, golden),
      onBatch: (report) => onBatch?.(version, report),
    });
    return checked(runtime, signature, golden, async () => ({
      version,
      signature,
      loadedAt: clock(),
      runtime,
      domain: domainModel(signature, await lookupFor(bundle, options.lookupOf)),
    }));
  };
}

async function checked(
  runtime: InferenceModel,
  signature: Signature,
  golden: GoldenRows,
  toLoaded: () => Promise<LoadedModel>,
): Promise<LoadedModel> {
  try {
    await assertGoldenRows(runtime, signature, golden);
    return await toLoaded();
  } catch (error) {
    await runtime.retire();
    throw error;
  }
}

/** The kit's own models have their features declared in the bundle; the registry has checked its checksum. */
async function lookupFor(
  bundle: Bundle,
  lookupOf: ModelLoaderOptions['lookupOf'],
): Promise<FeatureLookup | null> {
  if (!bundle.files.some(({ path }) => path === bundleFiles.features)) return null;
  return lookupOf(
    JSON.parse(new TextDecoder().decode(await bundle.read(bundleFiles.features))) as FeatureView,
  );
}

function assertSize({ files, version }: ModelVersion, most: number): void {
  const bytes = files.find(({ path }) => path === bundleFiles.model)?.bytes ?? 0;
  if (bytes <= most) return;
  throw new FlightdeckError(
    'MODEL_TOO_LARGE',
    `${bundleFiles.model} of version ${version} has ${bytes} bytes, over the limit of ${most}. ` +
      'Export a smaller model, or raise SERVING_MAX_MODEL_BYTES.',
  );
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
