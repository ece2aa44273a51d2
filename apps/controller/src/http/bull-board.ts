// Bull Board: BullMQ's own dashboard, for the depths of a job. It is a program of others, so that it gets here what ours have: a key, a
// frame of our own pages only, nothing from other hosts, and a line in the record for whatever is changed with it.

import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import type { AppDeps } from '../app.ts';
import { answerError } from './errors.ts';
import { localUser } from './local-user.ts';

/** Not `/queue`: that is a page of the console. */
export const bullBoardPath = '/bull-board';

const policy = [
  ...[
    "default-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
  ],
  ...["object-src 'none'", "base-uri 'self'", "form-action 'self'", "frame-ancestors 'self'"],
].join('; ');

/** It wants its fonts from Google, which would hear of everybody who looks. The policy refuses that; so it is not asked. */
const foreignFonts = /<link [^>]*fonts\.googleapis\.com[^>]*>/g;

const isRead = (method: HTTPMethods | HTTPMethods[]) =>
  [method].flat().every((one) => ['GET', 'HEAD'].includes(one));

export function bullBoard(app: FastifyInstance, { queue, decisions }: AppDeps): void {
  const board = new FastifyAdapter();
  board.setBasePath(bullBoardPath);
  createBullBoard({
    queues: queue.bullQueues.map((each) => new BullMQAdapter(each)),
    serverAdapter: board,
    options: { uiConfig: { boardTitle: 'Flightdeck', miscLinks: [{ text: 'The console', url: '/queue' }] } },
  });
  const routes = board.registerPlugin();

  app.register(
    (scope, options, done) => {
      scope.addHook('onRoute', (route) => {
        const isLook = isRead(route.method);
        route.config = { ...route.config, needs: isLook ? 'read' : 'admin', writes: !isLook };
        route.logLevel = 'warn';
        // Its own would answer a missing key with 500.
        route.errorHandler = answerError;
      });
      scope.addHook('onRequest', async (_request, reply) => {
        reply.header('content-security-policy', policy);
      });
      scope.addHook('onSend', async (request, reply, payload) => {
        if (isChange(request, reply)) await decisions.append(recordOf(request));
        return typeof payload === 'string' ? payload.replaceAll(foreignFonts, '') : payload;
      });
      routes(scope, options, done);
    },
    { prefix: bullBoardPath, basePath: bullBoardPath },
  );
}

function isChange({ method, routeOptions }: FastifyRequest, { statusCode }: FastifyReply): boolean {
  return routeOptions.config.writes === true && !isRead(method as HTTPMethods) && statusCode < 400;
}

function recordOf({ method, url, keyName }: FastifyRequest) {
  const what = decodeURIComponent(url.slice(bullBoardPath.length).split('?')[0]!);
  return {
    ...{ model: 'all', kind: 'bull-board', actor: keyName ?? localUser() },
    reason: `With Bull Board, which asks for no reason: ${method} ${what}`,
    evidence: { method, path: what },
  };
}
