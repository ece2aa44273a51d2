// What a recalibration starts from: the files of the version whose network it keeps.

import { FlightdeckError } from '@flightdeck/core';
import type { FeatureView } from '@flightdeck/features';
import { bundleFiles, openRegistry, type ScoreSignature, signatureSchema } from '@flightdeck/registry';
import type { ReferenceProfile } from '../../reference-profile.ts';
import { seenUntil } from '../champion.ts';
import type { TrainingContext } from '../stages.ts';

export interface Base {
  readonly version: number;
  readonly onnx: Uint8Array;
  readonly signature: ScoreSignature;
  readonly features: FeatureView;
  readonly profile: ReferenceProfile;
  /** As of its run: a recalibration sees no further, for two numbers remember nothing of their rows. */
  readonly seenUntil: number | null;
}

/** VERSION_NOT_FOUND and what reading a bundle throws; RECALIBRATION_IMPOSSIBLE for an imported model. */
export async function openBase(model: string, number: number, context: TrainingContext): Promise<Base> {
  const registry = await openRegistry(context);
  try {
    const version = await registry.versions.get(model, number);
    const bundle = await registry.versions.open(version);
    const json = async (file: string) => JSON.parse(Buffer.from(await bundle.read(file)).toString());
    const signature = signatureSchema.parse(await json(bundleFiles.signature));
    if (signature.kind !== 'score') throw imported(model, number);
    return {
      version: number,
      onnx: await bundle.read(bundleFiles.model),
      signature,
      features: (await json(bundleFiles.features)) as FeatureView,
      profile: (await json(bundleFiles.referenceProfile)) as ReferenceProfile,
      seenUntil: await seenUntil(registry, version),
    };
  } finally {
    await registry.close();
  }
}

function imported(model: string, version: number): FlightdeckError {
  return new FlightdeckError(
    'RECALIBRATION_IMPOSSIBLE',
    `Version ${version} of ${model} was imported, and only what the kit trained has a calibration that it knows. Import a better one.`,
  );
}
