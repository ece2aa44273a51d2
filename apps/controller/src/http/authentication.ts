// Who calls, and whether they may. A route says what scope it needs; one that says nothing needs `admin`, so that forgetting to say it
// never opens anything. Without keys only programs of this machine may call, which a web page in its browser is not.

import { FlightdeckError } from '@flightdeck/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Key, Keys, Scope } from './keys.ts';
import { type Sessions, sessionOf } from './sessions.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a caller's key must be good for; `open` needs no key. `admin` where it is left out. */
    needs?: Scope | 'open';
    /** Changes something, so that only the controller that leads does it. */
    writes?: boolean;
  }
  interface FastifyRequest {
    /** Whose key it came with; null on open routes, and where the controller runs without keys. */
    keyName: string | null;
  }
}

/** Refuses with KEY_REQUIRED, KEY_UNKNOWN or SCOPE_MISSING, before anything of the body is read. */
export function authenticate(
  app: FastifyInstance,
  { keys, sessions }: { keys: Keys | undefined; sessions: Sessions },
): void {
  app.decorateRequest('keyName', null);
  app.addHook('onRequest', async (request) => {
    refuseForeignPages(request);
    if (keys === undefined) return refuseForeignNames(request);
    const scope = request.routeOptions.config.needs ?? 'admin';
    if (scope === 'open') return;
    const key = callerOf(request, keys, sessions);
    if (!key.scopes.has(scope)) throw scopeMissing(key, scope);
    request.keyName = key.name;
  });
}

function callerOf(request: FastifyRequest, keys: Keys, sessions: Sessions): Key {
  const presented = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const session = presented === undefined ? sessionOf(request, sessions) : undefined;
  if (session && isOfOwnPage(request)) return session;
  if (presented === undefined)
    throw new FlightdeckError(
      'KEY_REQUIRED',
      'A key is needed here. Send the header Authorization: Bearer KEY.',
    );
  const key = keys.find(presented);
  if (key) return key;
  throw new FlightdeckError(
    'KEY_UNKNOWN',
    'This key is not known here. Ask whoever runs this controller for one; a new key is known after a restart.',
  );
}

/**
 * A cookie comes along without anybody's doing, so that a session changes something only where the browser says that our own page
 * asked. The cookie is SameSite=Strict besides.
 */
function isOfOwnPage({ method, headers }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD' || headers.origin !== undefined;
}

function scopeMissing({ name }: Key, scope: Scope): FlightdeckError {
  return new FlightdeckError(
    'SCOPE_MISSING',
    `Key ${name} lacks the scope ${scope}, which this route needs. Use a key that has it.`,
  );
}

/** A browser sends what a stranger's page asks for, and says in these headers that it does; programs send neither. */
function refuseForeignPages({ headers, method }: FastifyRequest): void {
  const { origin, host, 'sec-fetch-site': site, 'sec-fetch-mode': mode } = headers;
  const isOwn =
    origin === undefined
      ? site === undefined ||
        site === 'same-origin' ||
        site === 'none' ||
        (mode === 'navigate' && method === 'GET')
      : origin === `http://${host}` || origin === `https://${host}`;
  if (!isOwn)
    throw new FlightdeckError(
      'CROSS_ORIGIN_REFUSED',
      'Requests from web pages of other origins are refused.',
    );
}

/** Names that mean this machine for everybody, with or without a port. */
const loopbackHost = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(:\d{1,5})?$/i;

/** Against DNS rebinding: a page whose name suddenly resolves to 127.0.0.1 is of our origin, but cannot change the Host header. */
function refuseForeignNames({ headers: { host } }: FastifyRequest): void {
  if (host === undefined || loopbackHost.test(host)) return;
  throw new FlightdeckError(
    'HOST_NOT_ALLOWED',
    'Without keys this controller answers only to the names of its own machine. Call it as localhost or 127.0.0.1, or list keys in ' +
      'CONTROLLER_KEYS_FILE.',
  );
}
