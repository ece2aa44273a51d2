// Sessions: a browser shows its key once and gets a random cookie for it, which no script can read and no other site can have sent.
// They live as long as this process does, and twelve hours at most.

import { randomBytes } from 'node:crypto';
import type { SessionAnswer } from '@flightdeck/admin-api';
import { type Clock, FlightdeckError } from '@flightdeck/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Key, Keys } from './keys.ts';
import { localUser } from './local-user.ts';
import { bodyOf } from './parse.ts';

const cookie = 'flightdeck_session';
const lifeMs = 12 * 3_600_000;
/** More than people sign in; the oldest goes. */
const most = 1_000;

export interface Sessions {
  begin(key: Key): string;
  find(id: string): Key | undefined;
  end(id: string): void;
}

export function sessionStore(clock: Clock): Sessions {
  const known = new Map<string, { readonly key: Key; readonly until: number }>();
  return {
    begin(key) {
      const id = randomBytes(32).toString('base64url');
      if (known.size >= most) known.delete(known.keys().next().value!);
      known.set(id, { key, until: clock() + lifeMs });
      return id;
    },
    find(id) {
      const session = known.get(id);
      return session && session.until > clock() ? session.key : undefined;
    },
    end: (id) => void known.delete(id),
  };
}

/** The session that a browser sent along, if there is one. */
export function sessionOf(request: FastifyRequest, sessions: Sessions): Key | undefined {
  const id = idOf(request);
  return id === undefined ? undefined : sessions.find(id);
}

function idOf({ headers, server }: FastifyRequest): string | undefined {
  return server.parseCookie(headers.cookie ?? '')[cookie];
}

const signIn = z.strictObject({ key: z.string().max(512) });

export function sessionRoutes(
  app: FastifyInstance,
  { keys, sessions }: { keys: Keys | undefined; sessions: Sessions },
): void {
  const open = { config: { needs: 'open' } } as const;

  app.get('/v1/session', open, async (request): Promise<SessionAnswer> => {
    if (keys === undefined)
      return { keysNeeded: false, name: localUser(), scopes: ['read', 'alerts', 'admin'] };
    const key = sessionOf(request, sessions);
    return { keysNeeded: true, name: key?.name ?? null, scopes: key ? [...key.scopes] : [] };
  });

  app.post('/v1/session', open, async (request, reply) => {
    const found = keys?.find(bodyOf(request, signIn).key);
    if (!found) throw new FlightdeckError('KEY_UNKNOWN', 'This key is not known here. Is it one of serving?');
    setCookie(request, reply, sessions.begin(found), lifeMs);
    return reply.code(204).send();
  });

  app.delete('/v1/session', open, async (request, reply) => {
    const id = idOf(request);
    if (id !== undefined) sessions.end(id);
    setCookie(request, reply, '', 0);
    return reply.code(204).send();
  });
}

function setCookie({ protocol }: FastifyRequest, reply: FastifyReply, id: string, maxAgeMs: number): void {
  reply.setCookie(cookie, id, {
    ...{ path: '/', httpOnly: true, sameSite: 'strict', secure: protocol === 'https' },
    maxAge: maxAgeMs / 1_000,
  });
}
