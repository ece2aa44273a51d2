// Who acts where there are no keys.

import { hostname, userInfo } from 'node:os';

/** Whoever runs a controller without keys is the only one who can reach it. In a container such a user may have no name. */
export function localUser(): string {
  try {
    return userInfo().username;
  } catch {
    return hostname();
  }
}
