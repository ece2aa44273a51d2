// Under overload the cheapest answer is the one that is given before the body has been read.

import type { FastifyRequest } from 'fastify';
import type { DataPlane } from '../data-plane.ts';
import { giveBack } from './memory.ts';
import { beforeWayBack, requestedTimeout } from './request-context.ts';

/**
 * An `onRequest` hook for routes with a parameter `model`: OVERLOADED while the version that it serves has too much to do
 * already.
 */
export function refuseEarly(plane: DataPlane, defaultTimeoutMs: number) {
  return (request: FastifyRequest, _reply: unknown, done: (error?: Error) => void): void => {
    const { model, version } = request.params as { model: string; version?: string };
    const { arrivedAt, sentAt } = request;
    const timeoutMs = beforeWayBack(requestedTimeout(request) ?? defaultTimeoutMs);
    if (version === undefined) {
      try {
        plane.assertRoom(model, timeoutMs - (arrivedAt - sentAt));
      } catch (error) {
        // The body comes nevertheless, and nobody reads it.
        request.raw.on('data', giveBack);
        throw error;
      }
    }
    done();
  };
}
