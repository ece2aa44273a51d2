// A worker's end of its connections: they come from the primary instead of a port of its own.

import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionReport } from './messages.ts';

export interface ConnectionTaking {
  /** `socket` is undefined for a connection that was closed on its way here. */
  take(id: number, socket: Socket | undefined): void;
  /** Resolves once no connection is open. A server that listens itself waits for its connections when it is closed; this one cannot. */
  drained(): Promise<void>;
}

/** Far less than the primary's patience with a worker of which it hears nothing. */
const reportWithinMs = 5;

export function connectionTaking(server: Server, tell: (report: ConnectionReport) => void): ConnectionTaking {
  const unread = new WeakMap<Socket, number>();
  const open = new Set<Socket>();
  let received: number[] = [];
  let closed: number[] = [];
  let timer: NodeJS.Timeout | undefined;
  let onEmpty = () => {};

  /** What may wait goes with the next that may not, or soon: a message costs each side some 6 µs. */
  function flush(read: readonly number[]): void {
    clearTimeout(timer);
    timer = undefined;
    tell({ received, read, closed });
    received = [];
    closed = [];
  }
  const flushSoon = () => {
    timer ??= setTimeout(flush, reportWithinMs, []);
  };

  // Told before anything is done about the request, so that the primary knows even if that ends this process.
  server.prependListener('request', ({ socket }) => {
    const id = unread.get(socket);
    if (id === undefined) return;
    unread.delete(socket);
    flush([id]);
  });
  // Node looks after its request timeouts from when a server begins to listen, which this one never does.
  server.emit('listening');

  function hasClosed(id: number): void {
    closed.push(id);
    flushSoon();
  }

  return {
    take(id, socket) {
      received.push(id);
      flushSoon();
      if (socket === undefined) return hasClosed(id);
      // As Node's HTTP server makes its sockets.
      socket.allowHalfOpen = true;
      open.add(socket);
      unread.set(socket, id);
      socket.once('close', () => {
        open.delete(socket);
        hasClosed(id);
        if (open.size === 0) onEmpty();
      });
      if (open.size > (server.maxConnections ?? Number.POSITIVE_INFINITY)) socket.destroy();
      else server.emit('connection', socket);
    },
    drained: () =>
      new Promise((resolve) => {
        onEmpty = resolve;
        if (open.size === 0) resolve();
      }),
  };
}
