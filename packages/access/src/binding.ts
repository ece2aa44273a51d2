// Where a server may listen. Without keys everybody who reaches the port may do everything, so only this machine may reach it.

import { BlockList, isIP } from 'node:net';
import { FlightdeckError } from '@flightdeck/core';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * KEYS_REQUIRED for an address that other machines may reach, unless there are keys. `prefix` is that of the server's variables, such
 * as SERVING.
 */
export function requireKeys(prefix: string, host: string, keys: object | undefined): void {
  if (keys || isLoopback(host)) return;
  throw new FlightdeckError(
    'KEYS_REQUIRED',
    `Without keys ${prefix.toLowerCase()} listens on this machine only, and ${host} is not known to be that. ` +
      `List keys in ${prefix}_KEYS_FILE (or ${prefix}_KEYS), or set ${prefix}_HOST=127.0.0.1.`,
  );
}

/** Addresses as they are usually written, and the one name that always stands for them; no other name is trusted to. */
function isLoopback(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return host === 'localhost';
  return loopback.check(host, family === 4 ? 'ipv4' : 'ipv6');
}
