// Time that stands still until nothing else can happen, and then goes to the next moment that somebody waits for.

import type { Time } from './time.ts';

export interface VirtualTime extends Time {
  /** Lets time pass until the work is done. */
  run<Result>(work: Promise<Result>): Promise<Result>;
}

interface Appointment {
  readonly moment: number;
  readonly wake: () => void;
}

export function virtualTime(): VirtualTime {
  let now = 0;
  /** Sorted; of equal moments, the first made is the first kept. */
  const appointments: Appointment[] = [];
  return {
    now: () => now,
    until(moment, signal) {
      if (signal.aborted) return Promise.reject(signal.reason);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      const place = appointments.findIndex((other) => other.moment > moment);
      const appointment = { moment: Math.max(moment, now), wake: resolve };
      appointments.splice(place === -1 ? appointments.length : place, 0, appointment);
      return promise;
    },
    async run(work) {
      let done = false;
      const finish = () => {
        done = true;
      };
      work.then(finish, finish);
      for (;;) {
        // A turn of the real event loop: all promises that can be resolved have been.
        await new Promise((resolve) => setImmediate(resolve));
        if (done) return work;
        const next = appointments.shift();
        if (next === undefined) continue; // something real is under way: a file is being written
        now = next.moment;
        next.wake();
      }
    },
  };
}
