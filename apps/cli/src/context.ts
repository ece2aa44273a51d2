// What every command gets: the environment, the terminal, the clock. Tests build one of their own.

import { type Clock, FlightdeckError } from '@flightdeck/core';
import { openRegistry, type Registry } from '@flightdeck/registry';
import { listModelNames } from '@flightdeck/training/catalogue';
import type { CliEnv } from './env.ts';
import type { Terminal } from './terminal.ts';

export interface CliContext {
  readonly env: CliEnv;
  readonly terminal: Terminal;
  readonly clock: Clock;
}

/** Exit codes, the same for every command. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, notPassed: 3 } as const;

/** Opens the registry for the time of `work`. */
export async function withRegistry<Result>(
  { env, clock }: CliContext,
  work: (registry: Registry) => Promise<Result>,
): Promise<Result> {
  const registry = await openRegistry({ ...env.registry, clock });
  try {
    return await work(registry);
  } finally {
    await registry.close();
  }
}

/** The model that is meant where none is named: the only one below models/. USAGE where there are several, or none. */
export function modelOrOnly(name: string | undefined): string {
  if (name !== undefined) return name;
  const names = listModelNames();
  if (names.length === 1) return names[0]!;
  throw new FlightdeckError(
    'USAGE',
    names.length === 0
      ? 'There is no model below models/. Add a folder with a model.ts.'
      : `There are several models: ${names.join(', ')}. Say which one with --model NAME.`,
  );
}

/** A model's name for the examples in help texts. */
export const exampleModel = listModelNames()[0] ?? 'my-model';
