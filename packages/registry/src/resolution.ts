// From what a caller says (`champion`, `3`, `v3`, `latest`) to the version that it means now.

import { FlightdeckError } from '@flightdeck/core';
import { parseReference } from './names.ts';
import type { Database } from './tables.ts';
import { readTransitions } from './transitions.ts';
import { latestVersion, listVersions, livingVersion, type ModelVersion } from './versions.ts';

/**
 * The version of `model` that `reference` names; `latest` is the newest that was not deleted. MODEL_NOT_FOUND, ALIAS_NOT_SET,
 * ALIAS_NAME_INVALID, VERSION_NOT_FOUND or VERSION_DELETED.
 */
export async function resolveVersion(db: Database, model: string, reference: string): Promise<ModelVersion> {
  const wanted = parseReference(reference);
  if (wanted.kind === 'latest') return latestVersion(db, model);
  if (wanted.kind === 'number') return livingVersion(db, model, wanted.version);
  const current = (await readTransitions(db, model, wanted.alias)).at(-1);
  if (current) return livingVersion(db, model, current.to);
  // A model that does not exist is the better explanation.
  await listVersions(db, model);
  throw aliasNotSet(model, wanted.alias);
}

export function aliasNotSet(model: string, alias: string): FlightdeckError {
  return new FlightdeckError(
    'ALIAS_NOT_SET',
    `No version of ${model} has the alias ${alias}. Train one with \`npx flightdeck train\`, or promote one: ` +
      `\`npx flightdeck models promote\`.`,
  );
}
