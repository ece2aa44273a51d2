// Time that stands still until a test moves it.

import type { Scheduler } from './scheduler.ts';

export interface VirtualTime extends Scheduler {
  /** Lets everything happen that is due up to `time`, each at its own time and in order, and stops there. */
  runUntil(time: number): Promise<void>;
  /** Lets everything happen that is still to come. */
  runAll(): Promise<void>;
  /** How much is still to come. */
  readonly pending: number;
}

interface Appointment {
  readonly time: number;
  readonly task: () => void;
}

export function virtualTime(): VirtualTime {
  let now = 0;
  /** Sorted by time; of equal times, the first made is the first kept. */
  const appointments: Appointment[] = [];

  function at(time: number, task: () => void): () => void {
    const appointment = { time: Math.max(time, now), task };
    const later = appointments.findIndex((other) => other.time > appointment.time);
    appointments.splice(later === -1 ? appointments.length : later, 0, appointment);
    return () => {
      const place = appointments.indexOf(appointment);
      if (place !== -1) appointments.splice(place, 1);
    };
  }

  async function runUntil(end: number): Promise<void> {
    for (;;) {
      await untilNothingMoves();
      if (appointments.length === 0 || appointments[0]!.time > end) break;
      const { time, task } = appointments.shift()!;
      now = time;
      task();
    }
    if (end < Number.POSITIVE_INFINITY) now = end;
  }

  return {
    now: () => now,
    onNextTurn: (task) => void at(now, task),
    at,
    runUntil,
    runAll: () => runUntil(Number.POSITIVE_INFINITY),
    get pending() {
      return appointments.length;
    },
  };
}

/** A turn of the real event loop: all promises that can be resolved have been. */
function untilNothingMoves(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
