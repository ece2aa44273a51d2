// Who acts, for the registry's log.

import { userInfo } from 'node:os';

/** The user's name on this system; a container's user may have none. */
export function currentActor(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
