// W3C Trace Context (the recommendation, level 1): a caller's trace goes on here under a span id of our own. It is in every log
// line of the request, in its context, and goes back in the answer. Who sends no trace pays for none.

import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { HttpServer } from './http-server.ts';

export interface TraceContext {
  /** 32 hexadecimal digits, the caller's. */
  readonly traceId: string;
  /** 16 hexadecimal digits, ours: the parent of whatever this request causes. */
  readonly spanId: string;
  /** Whether the caller may have recorded the trace. */
  readonly sampled: boolean;
  /** Other tracing systems' own entries, to be passed on as they came; empty if there were none. */
  readonly tracestate: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    trace: TraceContext | null;
  }
}

/** Before the routes and before whatever logs. */
export function registerTraceContext(server: HttpServer): void {
  server.decorateRequest('trace', null);
  server.addHook('onRequest', (request, reply, done) => {
    if (request.headers.traceparent !== undefined) continueTrace(request, reply);
    done();
  });
}

function continueTrace(request: FastifyRequest, reply: FastifyReply): void {
  const { traceparent, tracestate } = request.headers;
  const trace = readTraceContext(String(traceparent), tracestate === undefined ? '' : String(tracestate));
  if (trace === null) return;
  request.trace = trace;
  request.log = request.log.child({ trace_id: trace.traceId, span_id: trace.spanId });
  reply.log = request.log;
  reply.header('traceparent', traceparentOf(trace));
}

/**
 * The trace that the two headers continue, with a new span id; null when `traceparent` is not valid, and then `tracestate` is not
 * looked at. A `tracestate` that is not valid is dropped alone.
 */
export function readTraceContext(traceparent: string, tracestate: string): TraceContext | null {
  const parent = parseTraceparent(traceparent);
  if (parent === null) return null;
  return { ...parent, spanId: randomBytes(8).toString('hex'), tracestate: checkedTracestate(tracestate) };
}

/** Always version 00. Of its flags there is one; the others must be sent as zero. */
export function traceparentOf({ traceId, spanId, sampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
}

const traceparentForm = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Versions after 00 may append fields behind another dash, and are read as far as 00 goes. */
function parseTraceparent(header: string): Pick<TraceContext, 'traceId' | 'sampled'> | null {
  const [, version, traceId, parentId, flags, rest] = traceparentForm.exec(header) ?? [];
  if (traceId === undefined || version === 'ff' || /^0+$/.test(traceId) || /^0+$/.test(parentId!))
    return null;
  if (version === '00' && rest !== undefined) return null;
  return { traceId, sampled: (Number.parseInt(flags!, 16) & 1) === 1 };
}

const mostMembers = 32;
const memberKey = /^(?:[a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})$/;
/** Printable ASCII but for comma and equals sign, not ending in a space. */
const memberValue = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

/** The list without its empty members, or nothing where any member breaks the rules or two have the same key. */
function checkedTracestate(header: string): string {
  const members = header
    .split(',')
    .map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((member) => member !== '');
  const keys = new Set(members.map((member) => member.slice(0, member.indexOf('='))));
  const areSound = members.every((member) => {
    const at = member.indexOf('=');
    return at > 0 && memberKey.test(member.slice(0, at)) && memberValue.test(member.slice(at + 1));
  });
  return areSound && members.length <= mostMembers && keys.size === members.length ? members.join(',') : '';
}
