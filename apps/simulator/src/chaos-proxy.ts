// A TCP proxy that can make a link slow, break it, or silence it, in front of anything: serving, or the Redis behind it.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { FlightdeckError, isSystemError } from '@flightdeck/core';
import type { LinkMode } from './faults.ts';
import type { Time } from './time.ts';

export interface ChaosProxy {
  /** "127.0.0.1:port". */
  readonly address: string;
  /** For connections that there are and those to come. */
  set(mode: LinkMode): void;
  close(): Promise<void>;
}

export interface ChaosProxyOptions {
  readonly port: number;
  /** "host:port". */
  readonly target: string;
  readonly time: Time;
}

/** Listens on this machine only. PORT_IN_USE. */
export async function startChaosProxy({ port, target, time }: ChaosProxyOptions): Promise<ChaosProxy> {
  const links = new Set<Link>();
  let mode: LinkMode = { kind: 'pass' };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const link = openLink(client, target, time);
    links.add(link);
    void link.closed.then(() => links.delete(link));
    link.set(mode);
  });
  await listen(server.listen(port, '127.0.0.1'), port);
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    set(next) {
      mode = next;
      for (const link of links) link.set(mode);
    },
    async close() {
      const closed = once(server.close(), 'close');
      for (const link of links) link.set({ kind: 'reset' });
      await closed;
    },
  };
}

interface Link {
  readonly closed: Promise<unknown>;
  set(mode: LinkMode): void;
}

function openLink(client: Socket, target: string, time: Time): Link {
  const [, host = '', port] = /^(.+):(\d+)$/.exec(target) ?? [];
  const server = connect({ host, port: Number(port), allowHalfOpen: true });
  const gone = new AbortController();
  const directions = [
    forward(client, server, time, gone.signal),
    // Only answers are slowed: a round trip takes so much longer, not twice so much.
    forward(server, client, time, gone.signal),
  ] as const;
  const cut = () => {
    client.resetAndDestroy();
    if (server.connecting) server.destroy();
    else server.resetAndDestroy();
  };
  const closed = Promise.all(
    [client, server].map(async (socket) => {
      socket.on('error', cut);
      await new Promise((resolve) => socket.once('close', resolve));
    }),
  ).then(() => gone.abort());
  return {
    closed,
    set(mode) {
      if (mode.kind === 'reset') return cut();
      for (const direction of directions) direction.hold(mode.kind === 'black-hole');
      directions[1].slow(mode.kind === 'delay' ? mode.ms : 0);
    },
  };
}

/** One direction of a link: what comes in goes out in order, later if need be. */
function forward(from: Socket, to: Socket, time: Time, gone: AbortSignal) {
  let delayMs = 0;
  let held = false;
  let last = Promise.resolve();
  /** Each piece waits for its own moment and for the one before it; the pieces wait together. */
  const inOrder = (pass: () => void) => {
    const due = delayMs > 0 ? time.until(time.now() + delayMs, gone) : Promise.resolve();
    due.catch(() => {}); // a link that is gone passes nothing on
    last = last.then(() => due).then(pass, () => {});
  };
  const flow = () => void (held || to.writableNeedDrain ? from.pause() : from.resume());
  const pass = (bytes: Uint8Array) => {
    if (to.writable) to.write(bytes);
    flow();
  };
  from.on('data', (bytes) => inOrder(() => pass(bytes)));
  from.on('end', () => inOrder(() => void to.end()));
  to.on('drain', flow);
  return {
    slow(ms: number): void {
      delayMs = ms;
    },
    /** Bytes stay where they are, as they do in a partition, and arrive when it is over. */
    hold(hold: boolean): void {
      held = hold;
      flow();
    },
  };
}

async function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  try {
    await once(server, 'listening');
  } catch (error) {
    if (!isSystemError(error, 'EADDRINUSE')) throw error;
    throw new FlightdeckError(
      'PORT_IN_USE',
      `Port ${port} is in use. Give the proxy another one; 0 takes any.`,
      {
        cause: error,
      },
    );
  }
}
