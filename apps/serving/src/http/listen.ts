// Binds the port, and says what to do when that fails.

import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { FlightdeckError, isSystemError } from '@flightdeck/core';
import type { HttpServer } from './http-server.ts';

/** Returns the URL. Throws PORT_IN_USE or ADDRESS_NOT_USABLE. */
export function listen(app: HttpServer, port: number, host: string): Promise<string> {
  return explained(port, host, () =>
    app.listen({ port, host, listenTextResolver: (url) => `serving listens at ${url}` }),
  );
}

/** The same for a server that only takes in connections. */
export function listenForConnections(server: Server, port: number, host: string): Promise<string> {
  return explained(port, host, async () => {
    await once(server.listen({ port, host }), 'listening');
    return urlOf(server.address() as AddressInfo);
  });
}

/** A wildcard is no address that one could ask. */
function urlOf({ address, family, port }: AddressInfo): string {
  if (family === 'IPv6') return `http://[${address === '::' ? '::1' : address}]:${port}`;
  return `http://${address === '0.0.0.0' ? '127.0.0.1' : address}:${port}`;
}

async function explained(port: number, host: string, bind: () => Promise<string>): Promise<string> {
  try {
    return await bind();
  } catch (error) {
    if (isSystemError(error, 'EADDRINUSE')) {
      throw new FlightdeckError(
        'PORT_IN_USE',
        `Port ${port} on ${host} is in use. Stop the process that holds it, ` +
          'or set SERVING_PORT to another port (0 takes any free one).',
        { cause: error },
      );
    }
    if (isSystemError(error, 'EACCES', 'EADDRNOTAVAIL', 'ENOTFOUND')) {
      throw new FlightdeckError(
        'ADDRESS_NOT_USABLE',
        `Cannot listen on port ${port} of ${host} (${error.code}). ` +
          'Set SERVING_HOST to an address of this machine and SERVING_PORT to a port above 1023.',
        { cause: error },
      );
    }
    throw error;
  }
}
