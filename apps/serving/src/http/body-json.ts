// From the bytes of a body to the JSON value they say, for every transport.

import { isUtf8 } from 'node:buffer';
import { FlightdeckError } from '@flightdeck/core';
import type { FastifyRequest } from 'fastify';
import type { HttpServer } from './http-server.ts';

/** No instance and no table is nested half as deep. */
const deepest = 32;

type JsonReader = (bytes: Buffer, request: FastifyRequest) => unknown;

/**
 * What reads JSON here. MALFORMED_JSON for bytes that are no UTF-8 and for more than 32 levels of nesting; what is no JSON, and
 * keys that reach for prototypes, are refused by Fastify's own parser.
 */
export function jsonReader(server: HttpServer): JsonReader {
  const read = anyDepthReader(server);
  return (bytes, request) => {
    const value = read(bytes, request);
    if (fits(value, deepest)) return value;
    throw malformed(
      `The body is nested more than ${deepest} levels deep. No request needs that: send flat data.`,
    );
  };
}

/** For a transport whose own checks know of every value how deep it may be. A walk less, which is felt in small requests. */
export function anyDepthReader(server: HttpServer): JsonReader {
  const parse = server.getDefaultJsonParser('error', 'error');
  return (bytes, request) => {
    if (!isUtf8(bytes)) throw malformed('The body is not valid UTF-8. Encode its text as UTF-8.');
    let failure: Error | null = null;
    let value: unknown;
    void parse(request, bytes.toString(), (error, parsed) => {
      failure = error;
      value = parsed;
    });
    if (failure !== null) throw failure;
    return value;
  };
}

/** Whether lists and objects are nested no deeper than `levels`. */
function fits(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (levels === 0) return false;
  if (Array.isArray(value)) return value.every((inner) => fits(inner, levels - 1));
  for (const key in value) {
    if (!fits((value as Record<string, unknown>)[key], levels - 1)) return false;
  }
  return true;
}

function malformed(message: string): FlightdeckError {
  return new FlightdeckError('MALFORMED_JSON', message);
}
