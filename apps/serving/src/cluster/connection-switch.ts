// The primary's end of every new connection. It keeps its own copy until the worker has read the head of a request: if the worker
// ends before that, by a crash or a kill, another one gets the connection, and the client notices nothing.
//
// Node's own two ways were measured on Linux with two workers. Round robin never answers the connection that it had handed to a
// worker which then died, and splits 64 connections that come at once 41 to 23. A shared listening socket loses what a worker
// has accepted and not read, and splits them 59 to 5.

import type { Socket } from 'node:net';
import type { ConnectionReport } from './messages.ts';

/** A worker, as far as connections go. */
export interface Taker {
  readonly id: number;
  /** Sends it a copy of the connection; `report` tells what becomes of it. */
  give(connection: number, socket: Socket): void;
}

export interface ConnectionSwitch {
  /** Takes in a connection from which nothing has been read. */
  accept(socket: Socket): void;
  /** From now on this worker gets connections. */
  admit(taker: Taker): void;
  report(taker: number, report: ConnectionReport): void;
  /** The worker is gone: others get what it had not read. */
  remove(taker: number): void;
  /** Connections that were closed because too many waited for a worker. */
  dropped(): number;
  /** Closes what no worker has read. */
  close(): void;
}

export interface ConnectionSwitchOptions {
  /** Milliseconds, of any origin. */
  readonly clock: () => number;
  /** Most connections that may wait while no worker takes any. */
  readonly mostWaiting: number;
}

interface Line {
  readonly taker: Taker;
  /** Connections that it has and has not closed. */
  open: number;
  /** Those that it has not read from, and those of them that it has not even received, with the time when they were given. */
  readonly unread: Map<number, Socket>;
  readonly unreceived: Map<number, number>;
}

/** A worker that has not received a connection after this long is busy with something long, or stopped. Milliseconds. */
const patienceMs = 20;

export function connectionSwitch({ clock, mostWaiting }: ConnectionSwitchOptions): ConnectionSwitch {
  const lines = new Map<number, Line>();
  let waiting: readonly Socket[] = [];
  let lastId = 0;
  let dropped = 0;

  function dispatch(): void {
    let given = 0;
    for (const socket of waiting) {
      const line = shortest([...lines.values()], clock());
      if (!line) break;
      give(line, socket);
      given++;
    }
    waiting = waiting.slice(given);
  }

  function give(line: Line, socket: Socket): void {
    const id = ++lastId;
    line.open++;
    line.unread.set(id, socket);
    line.unreceived.set(id, clock());
    // Of lines of the same length the one that was served longest ago is the first.
    lines.delete(line.taker.id);
    lines.set(line.taker.id, line);
    line.taker.give(id, socket);
  }

  function letGo(line: Line, id: number): void {
    line.unreceived.delete(id);
    line.unread.get(id)?.destroy();
    line.unread.delete(id);
  }

  return {
    accept(socket) {
      waiting = [...waiting, socket];
      dispatch();
      if (waiting.length <= mostWaiting) return;
      waiting.at(-1)!.resetAndDestroy();
      waiting = waiting.slice(0, -1);
      dropped++;
    },
    admit(taker) {
      lines.set(taker.id, { taker, open: 0, unread: new Map(), unreceived: new Map() });
      dispatch();
    },
    report(taker, { received, read, closed }) {
      const line = lines.get(taker);
      if (!line) return;
      for (const id of received) line.unreceived.delete(id);
      for (const id of read) letGo(line, id);
      for (const id of closed) letGo(line, id);
      line.open -= closed.length;
      dispatch();
    },
    remove(taker) {
      const line = lines.get(taker);
      if (!line) return;
      lines.delete(taker);
      waiting = [...line.unread.values(), ...waiting];
      dispatch();
    },
    dropped: () => dropped,
    close() {
      for (const { unread } of lines.values()) for (const socket of unread.values()) socket.destroy();
      for (const socket of waiting) socket.destroy();
      waiting = [];
    },
  };
}

/** Of those whose event loop turns, the one with the fewest connections; none if all are busy, until one of them is heard of. */
function shortest(lines: readonly Line[], now: number): Line | undefined {
  const turning = lines.filter(({ unreceived }) => {
    const [longestAgo = now] = unreceived.values();
    return now - longestAgo <= patienceMs;
  });
  return turning.reduce<Line | undefined>(
    (best, line) => (best && best.open <= line.open ? best : line),
    undefined,
  );
}
