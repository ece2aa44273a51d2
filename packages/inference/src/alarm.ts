// One timer for many appointments: it rings at the earliest.

import type { Scheduler } from './scheduler.ts';

export interface Alarm {
  /** Rings at `time` at the latest (as far as timers can), and once. */
  by(time: number): void;
  off(): void;
}

export function alarm(scheduler: Scheduler, ring: () => void): Alarm {
  let setFor = Number.POSITIVE_INFINITY;
  let callOff = () => {};
  const off = () => {
    callOff();
    setFor = Number.POSITIVE_INFINITY;
  };
  return {
    by(time) {
      if (time >= setFor) return;
      callOff();
      setFor = time;
      callOff = scheduler.at(time, () => {
        setFor = Number.POSITIVE_INFINITY;
        ring();
      });
    },
    off,
  };
}
