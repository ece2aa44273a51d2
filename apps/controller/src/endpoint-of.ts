// A model may answer at several endpoints; the one that is watched and steered is the one of its name, else the first by name.

import { FlightdeckError } from '@flightdeck/core';
import type { Endpoint, Registry } from '@flightdeck/registry';

/** Undefined where nothing serves the model. */
export async function findEndpoint(
  { endpoints }: Pick<Registry, 'endpoints'>,
  model: string,
): Promise<Endpoint | undefined> {
  const serving = (await endpoints.list()).filter((endpoint) => endpoint.model === model);
  return serving.find(({ name }) => name === model) ?? serving[0];
}

/** ENDPOINT_NOT_FOUND where nothing serves the model. */
export async function endpointOf(registry: Pick<Registry, 'endpoints'>, model: string): Promise<Endpoint> {
  const found = await findEndpoint(registry, model);
  if (found) return found;
  throw new FlightdeckError(
    'ENDPOINT_NOT_FOUND',
    `No endpoint serves ${model}. The first champion of a model makes one: \`npx flightdeck models promote\`.`,
  );
}

/** All of the traffic to the champion: where rollouts and experiments begin and end. */
export function toChampion({ name, model }: Endpoint) {
  return { name, model, traffic: [{ target: 'champion', weight: 1 }], shadows: [], salt: '' };
}

/** Writes what the endpoint should be, where it is something else. */
export async function putEndpoint(
  { endpoints }: Pick<Registry, 'endpoints'>,
  wanted: Omit<Endpoint, 'updatedAt'>,
): Promise<void> {
  const { updatedAt: _, ...current } = await endpoints.get(wanted.name);
  const partsOf = ({ traffic, shadows, salt }: typeof wanted) => JSON.stringify([traffic, shadows, salt]);
  if (partsOf(current) !== partsOf(wanted)) await endpoints.put(wanted);
}
