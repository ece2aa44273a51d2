// One request at a time on each connection. HTTP/1.1 lets a client send many before it reads an answer, and answers must keep
// their order; working on all of them at once would hold all those answers in memory for as long as the client does not read.

import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpServer } from '../http/http-server.ts';

/** Most requests that may wait behind the one that is being answered. Clients that pipeline at all send some ten. */
const mostWaiting = 16;

interface Line {
  readonly answer: ServerResponse;
  readonly waiting: number;
}

export interface ConnectionOrder {
  /** Whether an answer on this connection has been begun, or belongs to a request that has arrived as a whole. */
  isAnswering(socket: Socket): boolean;
}

/** Holds each request until the one before it has been answered; closes a connection on which too many wait. */
export function keepOrder(server: HttpServer): ConnectionOrder {
  const lines = new WeakMap<Socket, Line>();
  const waitingOn = (socket: Socket) => lines.get(socket)?.waiting ?? 0;

  server.addHook('onRequest', (request, reply, done) => {
    const { socket } = request.raw;
    const before = lines.get(socket)?.answer;
    const isNext = before === undefined || before.writableFinished;
    const waiting = waitingOn(socket) + (isNext ? 0 : 1);
    lines.set(socket, { answer: reply.raw, waiting });
    if (isNext) return done();
    if (waiting > mostWaiting) return void socket.destroy();
    before.once('close', () => {
      lines.set(socket, { ...lines.get(socket)!, waiting: waitingOn(socket) - 1 });
      // A client that has gone is owed nothing.
      if (!socket.destroyed) done();
    });
  });

  return {
    isAnswering(socket) {
      const line = lines.get(socket);
      if (line === undefined || line.answer.writableFinished) return false;
      return line.waiting > 0 || line.answer.headersSent || line.answer.req.complete;
    },
  };
}
