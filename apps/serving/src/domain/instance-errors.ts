// What a caller is told about an instance that does not fit: which one (by its position, from 0), which field, what was
// expected, what came. Values are cut short: a caller's megabyte of text is not sent back.

import { FlightdeckError } from '@flightdeck/core';
import type { ScoreSignature } from '@flightdeck/registry';
import { nearestName } from './nearest-name.ts';

export function notAnObject(row: number, value: unknown): FlightdeckError {
  return new FlightdeckError(
    'WRONG_TYPE',
    `Instance ${row}: expected an object with one value per feature, got ${describe(value)}.`,
  );
}

export function unknownField(row: number, name: string, known: readonly string[]): FlightdeckError {
  const nearest = nearestName(name, known);
  const remedy =
    nearest === undefined ? 'GET /v1/models lists the fields of each model.' : `Did you mean ${nearest}?`;
  return new FlightdeckError(
    'UNKNOWN_FIELD',
    `Instance ${row}: the model has no field ${quote(name)}. ${remedy}`,
  );
}

export function wrongType(row: number, name: string, expected: string, value: unknown): FlightdeckError {
  return new FlightdeckError(
    'WRONG_TYPE',
    `Instance ${row}, field ${name}: expected ${expected}, got ${describe(value)}.`,
  );
}

export function outOfRange(
  row: number,
  { name, minimum, maximum }: ScoreSignature['inputs'][number],
  value: number,
): FlightdeckError {
  const least = minimum === undefined ? [] : [`at least ${minimum}`];
  const most = maximum === undefined ? [] : [`at most ${maximum}`];
  return new FlightdeckError(
    'OUT_OF_RANGE',
    `Instance ${row}, field ${name}: expected ${[...least, ...most].join(' and ')}, got ${value}. ` +
      'Check its unit, or send null for unknown.',
  );
}

export function stringTooLong(row: number, name: string, most: number, length: number): FlightdeckError {
  return new FlightdeckError(
    'STRING_TOO_LONG',
    `Instance ${row}, field ${name}: expected at most ${most} characters, got ${length}.`,
  );
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return `the string ${quote(value)}`;
  return String(value);
}

function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
