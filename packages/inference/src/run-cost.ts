// What a run costs, as a straight line over its rows: measured when a model is loaded, and followed while it serves.

/** Milliseconds of a run: `fixedMs + rows * perRowMs`. */
export interface RunCost {
  readonly fixedMs: number;
  readonly perRowMs: number;
}

export function runTime({ fixedMs, perRowMs }: RunCost, rows: number): number {
  return fixedMs + rows * perRowMs;
}

export interface FollowedCost {
  readonly now: RunCost;
  observe(rows: number, ms: number): void;
}

/** How much one run counts: the estimate moves halfway to a new pace within some seven runs. */
const weight = 0.1;
/** One run of a thousand times the estimate (a garbage collection, a process that was put to sleep) counts as four times. */
const mostSurprise = 4;

/**
 * The line of `measured`, stretched by how much longer or shorter runs take now: the exponentially weighted mean of
 * (observed / expected).
 */
export function followCost(measured: RunCost): FollowedCost {
  let now = measured;
  return {
    get now() {
      return now;
    },
    observe(rows, ms) {
      const ratio = Math.min(mostSurprise, Math.max(1 / mostSurprise, ms / runTime(now, rows)));
      const stretch = 1 + weight * (ratio - 1);
      now = { fixedMs: now.fixedMs * stretch, perRowMs: now.perRowMs * stretch };
    },
  };
}

export interface FollowedPace extends FollowedCost {
  /** Milliseconds a run that were spent neither in it nor in the runs that were handed over with it. */
  observeWait(ms: number): void;
}

/**
 * The cost of runs as those see them who wait for one: what the runs themselves take, and around each, whatever its rows, the time
 * until a busy event loop has got to its end. Told apart from the rows, since it is the one cost that larger runs save.
 */
export function followPace(measured: RunCost): FollowedPace {
  const cost = followCost(measured);
  let aroundMs = 0;
  return {
    get now() {
      const { fixedMs, perRowMs } = cost.now;
      return { fixedMs: fixedMs + aroundMs, perRowMs };
    },
    observe: cost.observe,
    observeWait(ms) {
      aroundMs += weight * (Math.max(0, ms) - aroundMs);
    },
  };
}
