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
  if (traffic.running === 0 && traffic.waitingRuns === 0) return;
  const answerMs = timeToAnswer(traffic, arrival);
  const lateMs = Math.min(timeUntilIdle(traffic), answerMs - timeoutMs / caution);
  const excess = traffic.waitingRows + rows - maxQueuedRows;
  if (excess > 0) throw lineFull(traffic, Math.max(timeToTake(traffic, excess), lateMs));
  if (answerMs * caution > timeoutMs) throw tooSlow(answerMs, timeoutMs, lateMs);
}

/** When its last run is over, if runs take as long as they are thought to and the line is served in order. */
function timeToAnswer(traffic: Traffic, { rows, runs, lastRunRows }: Omit<Arrival, 'timeoutMs'>): number {
  const { cost, concurrency, running, waitingRuns, waitingRows } = traffic;
  const runsAhead = waitingRuns + runs - 1;
  const own = runTime(cost, lastRunRows);
  if (runsAhead < concurrency - running) return own;
  return timeToDo(traffic, runsAhead, waitingRows + rows - lastRunRows) + own;
}

/** When one more row would be answered, milliseconds from now; 0 where nothing is to be done, since that takes any request. */
export function timeToAnswerOne(traffic: Traffic): number {
  const { running, waitingRuns, waitingRows } = traffic;
  if (running === 0 && waitingRuns === 0) return 0;
  const lastRunRows = waitingRuns === 1 ? waitingRows + 1 : 1;
  return timeToAnswer(traffic, { rows: 1, runs: waitingRuns === 0 ? 1 : 0, lastRunRows });
}

/** When a request that comes now would begin to run, milliseconds from now. */
export function timeUntilIdle(traffic: Traffic): number {
  return timeToDo(traffic, traffic.waitingRuns, traffic.waitingRows);
}

/** Until so many rows have left the line. */
function timeToTake(traffic: Traffic, rows: number): number {
  return timeToDo(traffic, Math.ceil((rows / traffic.waitingRows) * traffic.waitingRuns), rows);
}

/** How long the runs under way and so much of the line keep the model busy. */
function timeToDo({ cost, concurrency, runningMs }: Traffic, runs: number, rows: number): number {
  return (runningMs + runs * cost.fixedMs + rows * cost.perRowMs) / concurrency;
}

/** For a request whose time is up, or will be, before it can run. */
export function tooLate(traffic: Traffic): Overloaded {
  return new Overloaded(
    `The request's time was up before the model could get to it. ${remedy}`,
    timeUntilIdle(traffic),
  );
}

function tooSlow(answerMs: number, timeoutMs: number, lateMs: number): Overloaded {
  return new Overloaded(
    `The model would take some ${Math.ceil(answerMs)} ms to answer, and the request has ${Math.floor(timeoutMs)} ms. ${remedy}`,
    lateMs,
  );
}

function lineFull({ waitingRows }: Traffic, retryAfterMs: number): Overloaded {
  return new Overloaded(`${waitingRows} rows wait for the model, and no more may. ${remedy}`, retryAfterMs);
}

const remedy = 'Try again after the time in Retry-After, or allow more time.';

function tooLarge(rows: number, most: number): FlightdeckError {
  return new FlightdeckError(
    'TOO_MANY_INSTANCES',
    `${rows} rows are more than the ${most} that may wait for one model. Send them in several requests.`,
  );
}
