// The environment, parsed once per process. Each app declares its variables in its own env.ts with these.

import { resolve } from 'node:path';
import { z } from 'zod';
import { FlightdeckError } from './errors.ts';
import { repositoryRoot } from './repository.ts';

/** Parses the environment with an app's schema. ENV_INVALID names each variable that is wrong and what it should be. */
export function parseEnv<Schema extends z.ZodObject>(
  schema: Schema,
  environment: NodeJS.ProcessEnv,
): z.infer<Schema> {
  // An empty variable means an unset one: `PORT= npm start` is how people take a setting back.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new FlightdeckError('ENV_INVALID', `Environment: ${problems.join('; ')}.`);
}

/** FLIGHTDECK_HOME: the one directory that holds all state. Default: `.flightdeck` in the repository. */
export const homeVariable = z
  .string()
  .default('.flightdeck')
  .transform((path) => resolve(repositoryRoot, path));
