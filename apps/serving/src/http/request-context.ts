// What every transport knows of a request before it reads the body: who it is, when it came, until when it must be answered,
// whose trace it is part of.

import { FlightdeckError } from '@flightdeck/core';
import type { FastifyRequest } from 'fastify';
import type { HttpServer } from './http-server.ts';
import { socketWait } from './socket-wait.ts';
import type { TraceContext } from './trace-context.ts';

export interface RequestContext {
  readonly requestId: string;
  /** Whom the request is about (`X-Unit-Id`), by which traffic is split; without it, the request's own id. */
  readonly unit: string;
  /** The way in: the domain API, the Open Inference Protocol, MLflow's scoring protocol. */
  readonly transport: 'v1' | 'v2' | 'mlflow';
  /** When the headers were there, and when the body had been parsed. On the clock of `performance.now()`, as is `deadline`. */
  readonly arrivedAt: number;
  readonly parsedAt: number;
  /** When it had come to this machine, at the earliest: its deadline counts from then. */
  readonly sentAt: number;
  readonly deadline: number;
  /** Null where the caller sent none. */
  readonly trace: TraceContext | null;
  readonly trail: RequestTrail;
}

/** What inference leaves behind for whoever measures the request at its end. Written once, by metrics. */
export interface RequestTrail {
  inferredAt: number;
  /** Takes the seconds from `inferredAt` to the end of the answer; null without an inference that succeeded. */
  serialise: { observe(seconds: number): void } | null;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** On the clock of `performance.now()`. */
    arrivedAt: number;
    /** When it had come to this machine, at the earliest. */
    sentAt: number;
    trail: RequestTrail | null;
  }
}

/** Sixty seconds: whoever waits longer has been cut off by a proxy before. */
const longestTimeoutMs = 60_000;

/** Before the routes: a body that is slow to come counts into the deadline. */
export function registerArrival(server: HttpServer): void {
  const wait = socketWait();
  server.decorateRequest('arrivedAt', 0);
  server.decorateRequest('sentAt', 0);
  server.decorateRequest('trail', null);
  server.addHook('onRequest', (request, _reply, done) => {
    request.arrivedAt = performance.now();
    request.sentAt = wait.earliestArrival(request.arrivedAt);
    done();
  });
}

/**
 * The context of a request. Its deadline comes from the `Request-Timeout` header (seconds, fractions allowed), else from
 * `defaultTimeoutMs`. TIMEOUT_INVALID for a header that is no number above 0, UNIT_INVALID for a unit that cannot be one.
 */
export function requestContext(
  request: FastifyRequest,
  transport: RequestContext['transport'],
  defaultTimeoutMs: number,
): RequestContext {
  const timeoutMs = requestedTimeout(request) ?? defaultTimeoutMs;
  const trail: RequestTrail = { inferredAt: 0, serialise: null };
  request.trail = trail;
  return {
    requestId: request.id,
    unit: unitOf(request),
    transport,
    arrivedAt: request.arrivedAt,
    parsedAt: performance.now(),
    sentAt: request.sentAt,
    deadline: request.sentAt + checkedTimeout(timeoutMs, 'Request-Timeout', 'seconds'),
    trace: request.trace,
    trail,
  };
}

function unitOf({ headers, id }: FastifyRequest): string {
  const header = headers['x-unit-id'];
  return header === undefined ? id : checkedUnit(header);
}

/** UNIT_INVALID unless it is 1 to 128 printable characters without spaces. */
export function checkedUnit(unit: unknown): string {
  if (typeof unit === 'string' && /^[\x21-\x7e]{1,128}$/.test(unit)) return unit;
  throw new FlightdeckError(
    'UNIT_INVALID',
    'A unit (the header X-Unit-Id, or unit in an instance) must be 1 to 128 printable ASCII characters without spaces.',
  );
}

/** What the caller grants by header, milliseconds; not checked. */
export function requestedTimeout({ headers }: FastifyRequest): number | undefined {
  const header = headers['request-timeout'];
  return header === undefined ? undefined : Number(header) * 1000;
}

/** Of what a caller allows: an answer that is ready at the last moment comes too late. */
const wayBackShare = 0.04;

/** By when an answer is to be ready, of so many milliseconds that the caller allows. */
export const beforeWayBack = (timeoutMs: number) => (1 - wayBackShare) * timeoutMs;

/** The same request with the deadline that its body asked for, in milliseconds from when it was sent. */
export function withTimeout(context: RequestContext, timeoutMs: number): RequestContext {
  return {
    ...context,
    deadline: context.sentAt + checkedTimeout(timeoutMs, 'parameters.timeout', 'microseconds'),
  };
}

function checkedTimeout(timeoutMs: number, name: string, unit: string): number {
  if (timeoutMs > 0) return beforeWayBack(Math.min(timeoutMs, longestTimeoutMs));
  throw new FlightdeckError('TIMEOUT_INVALID', `${name} must be a number of ${unit} above 0.`);
}
