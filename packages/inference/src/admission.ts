// Whether a request is let in: there must be room for it, and it must be answered before its deadline, as far as can be told.

import { FlightdeckError } from '@flightdeck/core';
import { Overloaded } from './overloaded.ts';
import { type RunCost, runTime } from './run-cost.ts';

/** What a model has to do already, and how fast it is. */
export interface Traffic {
  readonly cost: RunCost;
  /** Runs that go on at the same time. */
  readonly concurrency: number;
  readonly running: number;
  /** What is left of those runs together, milliseconds. */
  readonly runningMs: number;
  /** What waits. */
  readonly waitingRuns: number;
  readonly waitingRows: number;
}

/** What a request would add. */
export interface Arrival {
  readonly rows: number;
  /** By how many runs the line grows, and the rows of the last one that the request is in. */
  readonly runs: number;
  readonly lastRunRows: number;
  /** Milliseconds until its deadline. */
  readonly timeoutMs: number;
}

/**
 * Estimates are stretched by this before they are held against a deadline. Under overload the line grows until the estimate
 * meets the deadline; without the margin half of what was let in would come too late, by chance alone.
 */
export const caution = 1.25;

/**
 * Throws OVERLOADED, with the time after which the same request would probably be let in, or TOO_MANY_INSTANCES if it never would.
 * A model that has nothing to do takes any request: only runs can put a wrong estimate right.
 */
export function admit(traffic: Traffic, arrival: Arrival, maxQueuedRows: number): void {
  const { rows, timeoutMs } = arrival;
  if (timeoutMs <= 0) throw tooLate(traffic);
  if (rows > maxQueuedRows) throw tooLarge(rows, maxQueuedRows);
  const excess = traffic.waitingRows + rows - maxQueuedRows;
  if (excess > 0) throw lineFull(traffic, excess);
  if (traffic.running === 0 && traffic.waitingRuns === 0) return;
  const readyMs = timeToAnswer(traffic, arrival);
  if (readyMs * caution > timeoutMs) throw tooSlow(traffic, readyMs, timeoutMs);
}

/** When its last run is over, if runs take as long as they are thought to and the line is served in order. */
function timeToAnswer(traffic: Traffic, { rows, runs, lastRunRows }: Arrival): number {
  const { cost, concurrency, running, waitingRuns, waitingRows } = traffic;
  const ahead = { runs: waitingRuns + runs - 1, rows: waitingRows + rows - lastRunRows };
  const own = runTime(cost, lastRunRows);
  return ahead.runs < concurrency - running ? own : timeToDo(traffic, ahead.runs, ahead.rows) + own;
}

/** How long the runs under way and so much of the line keep the model busy. */
function timeToDo({ cost, concurrency, runningMs }: Traffic, runs: number, rows: number): number {
  return (runningMs + runs * cost.fixedMs + rows * cost.perRowMs) / concurrency;
}

/** A request whose deadline passed before it could run. */
export function tooLate(traffic: Traffic): Overloaded {
  const idleMs = timeToDo(traffic, traffic.waitingRuns, traffic.waitingRows);
  return new Overloaded(`The request's time was up before the model got to it. ${remedy}`, idleMs);
}

function tooSlow(traffic: Traffic, readyMs: number, timeoutMs: number): Overloaded {
  const idleMs = timeToDo(traffic, traffic.waitingRuns, traffic.waitingRows);
  return new Overloaded(
    `The model would answer in some ${Math.ceil(readyMs)} ms, and the request has ${Math.floor(timeoutMs)} ms. ${remedy}`,
    Math.min(idleMs, readyMs - timeoutMs / caution),
  );
}

function lineFull(traffic: Traffic, excess: number): Overloaded {
  const runs = Math.ceil((excess / traffic.waitingRows) * traffic.waitingRuns);
  return new Overloaded(
    `${traffic.waitingRows} rows wait for the model, and ${excess} more than its line holds would. ${remedy}`,
    timeToDo(traffic, runs, excess),
  );
}

const remedy = 'Try again after the time in Retry-After, or allow more time.';

function tooLarge(rows: number, most: number): FlightdeckError {
  return new FlightdeckError(
    'TOO_MANY_INSTANCES',
    `${rows} rows are more than the ${most} that may wait for one model. Send them in several requests.`,
  );
}
