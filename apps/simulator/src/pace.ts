// From event time to real time: at 3600, an hour of event time takes a second. It counts from the first moment that anybody asks for,
// and does not give up what was lost: after a pause the replay catches up.

import type { Time } from './time.ts';

export interface Pace {
  /** Real time of a moment of event time (minutes, and milliseconds of event time after it); at speed 0 it is always now. */
  due(minute: number, offsetMs?: number): number;
  /** Waits for a moment of real time. */
  reach(moment: number): Promise<void>;
}

export function keepPace(speed: number, time: Time, signal: AbortSignal): Pace {
  let anchor: { readonly minute: number; readonly moment: number } | undefined;
  return {
    due(minute, offsetMs = 0) {
      if (speed === 0) return time.now();
      anchor ??= { minute, moment: time.now() };
      return anchor.moment + ((minute - anchor.minute) * 60_000 + offsetMs) / speed;
    },
    async reach(moment) {
      if (moment > time.now()) await time.until(moment, signal);
    },
  };
}
