// What every format of MLflow's scoring protocol comes to: a model's inputs by name, each with what was sent for it.

import { FlightdeckError } from '@flightdeck/core';
import { nearestName } from '../domain/nearest-name.ts';

/** Only names that the model has. A value is a list with the rows first, or what stands for a tensor without rows. */
export type Columns = ReadonlyMap<string, unknown>;

/**
 * Refuses what the model does not have. MLflow ignores such columns; here nothing that was sent is ignored. To be called before
 * columns are built: a caller could otherwise ask for any number of them.
 */
export function assertKnown(name: unknown, known: readonly string[]): asserts name is string {
  if (typeof name !== 'string') throw invalid(`A column's name must be a string, not ${String(name)}.`);
  if (known.includes(name)) return;
  const nearest = nearestName(name, known);
  const shown = JSON.stringify(name.length > 40 ? `${name.slice(0, 40)}…` : name);
  const remedy = nearest === undefined ? `It takes ${known.join(', ')}.` : `Did you mean ${nearest}?`;
  throw new FlightdeckError('UNKNOWN_FIELD', `The model has no input ${shown}. ${remedy}`);
}

/** The header of a table: columns that the model has, each once. */
export function headerOf(names: readonly unknown[], known: readonly string[]): readonly string[] {
  const header = new Set<string>();
  for (const name of names) {
    assertKnown(name, known);
    if (header.has(name)) throw invalid(`The column ${JSON.stringify(name)} is there twice.`);
    header.add(name);
  }
  return [...header];
}

export function noRows(): FlightdeckError {
  return new FlightdeckError('NO_INSTANCES', 'There is no row in the request. Send at least one.');
}

export function invalid(problem: string): FlightdeckError {
  return new FlightdeckError('INVALID_BODY', problem);
}
