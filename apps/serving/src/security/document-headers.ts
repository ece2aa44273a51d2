// The headers that keep a browser from misusing what it shows. Pages get helmet's full set. Data gets one header: it is JSON,
// which no browser renders or runs when it may not guess another type, and helmet's set costs 10 µs a request.

import helmet from '@fastify/helmet';
import type { HttpServer } from '../http/http-server.ts';

/** For the pages that are registered in this scope of the server, and no others. */
export async function protectDocuments(scope: HttpServer): Promise<void> {
  await scope.register(helmet, {
    contentSecurityPolicy: {
      // Helmet's own directives let the Swagger page work, but for one: it would send a page over plain HTTP to HTTPS.
      directives: { upgradeInsecureRequests: null },
    },
    // Whether a name is only for HTTPS is for whoever ends TLS in front of this server to say.
    strictTransportSecurity: false,
  });
}
