// Who may call what, in the order in which a request meets it: the name that it was sent to, the page that it came from, its key,
// the key's rate.

import type { HttpServer } from '../http/http-server.ts';
import { authenticate } from './authentication.ts';
import { allowOrigins, refuseForeignHosts, refuseForeignOrigins } from './browsers.ts';
import type { Keys } from './keys.ts';
import { limitRates } from './rate-limits.ts';

export interface SecurityOptions {
  /** Without keys everybody may do everything, and `requireKeys` sees to it that everybody is on this machine. */
  readonly keys?: Keys | undefined;
  /** Origins whose pages may call; none by default. */
  readonly corsOrigins?: readonly string[];
  /** How many processes share one port, and so each key's limit. */
  readonly shares?: number;
}

/** Before the routes: what is registered earlier is not protected. CORS_ORIGIN_INVALID. */
export async function registerSecurity(server: HttpServer, options: SecurityOptions): Promise<void> {
  const { keys, corsOrigins = [], shares = 1 } = options;
  server.decorateRequest('caller', null);
  if (!keys) refuseForeignHosts(server);
  refuseForeignOrigins(server, corsOrigins);
  // Before the key is asked for: a preflight never has one.
  if (corsOrigins.length > 0) await allowOrigins(server, corsOrigins);
  if (!keys) return;
  for (const warning of keys.warnings) server.log.warn(warning);
  authenticate(server, keys);
  await limitRates(server, keys, shares);
}
