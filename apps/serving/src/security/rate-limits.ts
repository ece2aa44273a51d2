// Limits of those keys that have one. This process counts for itself, in windows of a second: across the border of two windows
// twice as much may come at once.

import rateLimit from '@fastify/rate-limit';
import { FlightdeckError } from '@flightdeck/core';
import type { FastifyRequest } from 'fastify';
import type { HttpServer } from '../http/http-server.ts';
import type { Key, Keys } from './keys.ts';

interface Window {
  readonly requests: number;
  readonly milliseconds: number;
}

/** RATE_LIMITED with Retry-After. `shares` processes answer on one port, and each grants its share of a limit. */
export async function limitRates(server: HttpServer, keys: Keys, shares: number): Promise<void> {
  const windows = new Map(keys.all.flatMap((key) => windowOf(key, shares)));
  if (windows.size === 0) return;
  await server.register(rateLimit, { global: false });
  const ofCaller = ({ caller }: FastifyRequest) => windows.get(caller!.name)!;
  const count = server.createRateLimit({
    keyGenerator: ({ caller }) => caller!.name,
    max: (request) => ofCaller(request).requests,
    timeWindow: (request) => ofCaller(request).milliseconds,
  });
  server.addHook('onRequest', (request, reply, done) => {
    const { caller } = request;
    if (caller?.requestsPerSecond === undefined) return done();
    count(request).then((state) => {
      if (state.isAllowed || !state.isExceeded) return done();
      reply.header('retry-after', state.ttlInSeconds);
      done(rateLimited(caller, state.ttlInSeconds));
    }, done);
  });
}

/** Whole requests in as many milliseconds as the rate gives them: 0.4 a second is 1 in 2.5 s. */
function windowOf({ name, requestsPerSecond }: Key, shares: number): [string, Window][] {
  if (requestsPerSecond === undefined) return [];
  const rate = requestsPerSecond / shares;
  const requests = Math.max(1, Math.floor(rate));
  return [[name, { requests, milliseconds: Math.ceil((1000 * requests) / rate) }]];
}

function rateLimited({ name, requestsPerSecond }: Key, seconds: number): FlightdeckError {
  return new FlightdeckError(
    'RATE_LIMITED',
    `Key ${name} may send ${requestsPerSecond} requests a second. Send the next one in ${seconds} s.`,
    { retryable: true },
  );
}
