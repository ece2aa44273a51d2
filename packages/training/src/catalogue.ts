// The catalogue: which models this checkout has. A model is a folder below models/ with a model.ts; nobody registers it anywhere else.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FlightdeckError, repositoryRoot } from '@flightdeck/core';
import type { ModelDefinition } from './model-definition.ts';

const folder = join(repositoryRoot, 'models');

/** Names of all models, in order of the alphabet. */
export function listModelNames(): string[] {
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'model.ts')))
    .sort();
}

/** Loads a model by its folder's name. MODEL_UNKNOWN names those there are. */
export async function loadModel(name: string): Promise<ModelDefinition> {
  if (!listModelNames().includes(name)) {
    throw new FlightdeckError(
      'MODEL_UNKNOWN',
      `There is no model ${name} below models/. There is: ${listModelNames().join(', ')}.`,
    );
  }
  const module = (await import(pathToFileURL(join(folder, name, 'model.ts')).href)) as {
    default: ModelDefinition;
  };
  return module.default;
}
