// Binds the port, and says what to do when that fails.

import { FlightdeckError, isSystemError } from '@flightdeck/core';
import type { HttpServer } from './http-server.ts';

/** Returns the URL. Throws PORT_IN_USE or ADDRESS_NOT_USABLE. */
export async function listen(app: HttpServer, port: number, host: string): Promise<string> {
  try {
    return await app.listen({ port, host, listenTextResolver: (url) => `serving listens at ${url}` });
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
