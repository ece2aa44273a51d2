// How soon a crashed worker is replaced, and when to stop trying.

import type { Clock } from '@flightdeck/core';

export interface CrashPolicy {
  /** Milliseconds to wait before the replacement starts; null if workers crash so often that another one would not help. */
  crashed(): number | null;
}

const minuteMs = 60_000;
const firstPauseMs = 100;
const longestPauseMs = 5000;
/** Five crashes in a minute are no bad luck. A machine of many cores may lose several workers to one cause: twice as many as it has. */
const fewestCrashes = 5;

export function crashPolicy(workers: number, clock: Clock): CrashPolicy {
  const mostCrashes = Math.max(fewestCrashes, 2 * workers);
  let recent: readonly number[] = [];
  return {
    crashed() {
      const now = clock();
      recent = [...recent.filter((at) => now - at < minuteMs), now];
      if (recent.length > mostCrashes) return null;
      return Math.min(longestPauseMs, firstPauseMs * 2 ** (recent.length - 1));
    },
  };
}
