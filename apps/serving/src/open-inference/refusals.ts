// How this transport says no, in errors that name the thing, and the checks that all of its readers share.

import { FlightdeckError } from '@flightdeck/core';

export type JsonObject = Readonly<Record<string, unknown>>;

const none: JsonObject = {};

/** `subject` begins the sentence, such as: The request. */
export function asObject(subject: string, value: unknown): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw invalidBody(`${subject} must be a JSON object.`);
}

/** NOT_SUPPORTED for a member that would otherwise be ignored. */
export function assertMembers(subject: string, object: JsonObject, known: readonly string[]): void {
  for (const member in object) {
    if (!known.includes(member)) throw notSupported(subject, 'member', member, known);
  }
}

/** The `parameters` of an object, of which only `known` ones are supported. */
export function parametersOf(subject: string, object: JsonObject, known: readonly string[]): JsonObject {
  if (object.parameters === undefined) return none;
  const parameters = asObject(`${subject}'s parameters`, object.parameters);
  for (const name in parameters) {
    if (!known.includes(name)) throw notSupported(subject, 'parameter', name, known);
  }
  return parameters;
}

export function booleanParameter(subject: string, parameters: JsonObject, name: string): boolean | undefined {
  const value = parameters[name];
  if (value === undefined || typeof value === 'boolean') return value;
  throw invalidBody(`${subject}'s parameter "${name}" must be true or false.`);
}

export function invalidBody(message: string): FlightdeckError {
  return new FlightdeckError('INVALID_BODY', message);
}

export function invalidInput(name: string, problem: string): FlightdeckError {
  return new FlightdeckError('INPUT_INVALID', `Input "${name}": ${problem}`);
}

/** A name that a caller sent, cut short: nobody's megabyte of text is sent back. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

function notSupported(
  subject: string,
  kind: string,
  name: string,
  known: readonly string[],
): FlightdeckError {
  return new FlightdeckError(
    'NOT_SUPPORTED',
    `${subject} has the ${kind} ${quoted(name)}, which this server does not support. It takes ${known.join(', ')}.`,
  );
}
