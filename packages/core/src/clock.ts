// Time is a parameter: whatever needs "now" takes a clock, so that a replay runs on event time and no test sleeps.

/** Milliseconds since 1970 UTC. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();

/** A clock that stands still until it is told to move. */
export function manualClock(start = 0): Clock & { advance(milliseconds: number): void } {
  let now = start;
  return Object.assign(() => now, {
    advance(milliseconds: number) {
      now += milliseconds;
    },
  });
}
