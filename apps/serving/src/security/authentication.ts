// Who calls, and whether they may. A route says what scope it needs; one that says nothing needs `predict`, as does an
// address without a route, so that forgetting to say it never opens anything.

import { FlightdeckError } from '@flightdeck/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { HttpServer } from '../http/http-server.ts';
import type { Key, Keys, Scope } from './keys.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a caller's key must be good for; `open` needs no key. `predict` where it is left out. */
    scope?: Scope | 'open';
  }
  interface FastifyRequest {
    /** Whose key it came with; null on open routes, and where serving runs without keys. */
    caller: Key | null;
  }
}

/** Refuses with KEY_REQUIRED, KEY_UNKNOWN or SCOPE_MISSING, before anything of the body is read. */
export function authenticate(server: HttpServer, keys: Keys): void {
  server.addHook('onRequest', (request, reply, done) => {
    const scope = request.routeOptions.config.scope ?? 'predict';
    if (scope !== 'open') admit(request, reply, callerOf(request, reply, keys), scope);
    done();
  });
}

function callerOf(request: FastifyRequest, reply: FastifyReply, keys: Keys): Key {
  const presented = tokenOf(request.headers.authorization);
  if (presented === undefined) {
    reply.header('www-authenticate', 'Bearer');
    throw new FlightdeckError(
      'KEY_REQUIRED',
      'A key is needed here. Send the header Authorization: Bearer KEY.',
    );
  }
  const key = keys.find(presented);
  if (key) return key;
  reply.header('www-authenticate', 'Bearer error="invalid_token"');
  throw new FlightdeckError(
    'KEY_UNKNOWN',
    'This key is not known here. Ask whoever runs this server for one; a new key is known after a restart.',
  );
}

function tokenOf(authorization: string | undefined): string | undefined {
  return /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
}

/** From here on every log line of the request tells the key's name. */
function admit(request: FastifyRequest, reply: FastifyReply, key: Key, scope: Scope): void {
  request.caller = key;
  request.log = request.log.child({ caller: key.name });
  reply.log = request.log;
  if (key.scopes.has(scope)) return;
  reply.header('www-authenticate', `Bearer error="insufficient_scope", scope="${scope}"`);
  throw new FlightdeckError(
    'SCOPE_MISSING',
    `Key ${key.name} lacks the scope ${scope}, which this route needs. Use a key that has it.`,
  );
}
