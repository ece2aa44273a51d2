// The two addresses that everything about a model has: the version that its endpoint serves, and a version by its number.

import { z } from 'zod';
import { type DataPlane, direct, type Routed } from '../data-plane.ts';
import type { LoadedModel } from '../state/model-loader.ts';

export interface ModelParams {
  readonly model: string;
  readonly version?: string;
}

const model = z.string().describe("The endpoint's name.");
const version = z.string().describe('A number, from 1. It is loaded if it is not.');

export const modelAddresses = [
  { url: '/v2/models/:model', params: z.object({ model }) },
  { url: '/v2/models/:model/versions/:version', params: z.object({ model, version }) },
] as const;

/** MODEL_NOT_FOUND, VERSION_NOT_FOUND, MODEL_NOT_READY, or what loading the version throws. */
export function addressedModel(
  plane: DataPlane,
  { model, version }: ModelParams,
): LoadedModel | Promise<LoadedModel> {
  return version === undefined ? plane.served(model) : plane.version(model, version);
}

/** The same for a request that is to be answered: the endpoint's traffic is split by the unit. */
export async function addressedVersion(
  plane: DataPlane,
  { model, version }: ModelParams,
  unit: string,
): Promise<Routed> {
  if (version === undefined) return plane.route(model, unit);
  return { model: await plane.version(model, version), variant: direct };
}
