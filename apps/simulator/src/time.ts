// Real time, as a replay sees it: what the clock says, and waiting. Tests turn it by hand.

import { setTimeout as delay } from 'node:timers/promises';

export interface Time {
  /** Milliseconds since some moment; never goes back. */
  now(): number;
  /** Resolves at `moment`, or at once where that is past. Rejects with the signal's reason when it aborts. */
  until(moment: number, signal: AbortSignal): Promise<void>;
}

/** A timer may be a little early, and counts 31 bits of milliseconds: who is woken too soon waits again. */
export const realTime: Time = {
  now: () => performance.now(),
  async until(moment, signal) {
    for (let left = moment - performance.now(); left > 0; left = moment - performance.now()) {
      signal.throwIfAborted();
      await delay(Math.min(Math.ceil(left), 2 ** 31 - 1), undefined, { signal }).catch(() => {});
    }
    signal.throwIfAborted();
  },
};
