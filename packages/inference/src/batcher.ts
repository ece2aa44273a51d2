// Collects the work of several requests into one run, by rows, and says who waits, who runs and who is refused. Runs and time are
// given to it, so that tests can turn both by hand.

import type { Tensors } from '@flightdeck/onnx';
import { admit, caution, type Traffic, timeToAnswerOne, timeUntilIdle, tooLate } from './admission.ts';
import { alarm } from './alarm.ts';
import { answersOf, type Batch, batchOf, feedsOf } from './batch.ts';
import type { BatchReport, Inference, InferenceModel, Work } from './inference-model.ts';
import { type ModelPorts, requestGroups } from './request-group.ts';
import { followPace, type RunCost, runTime } from './run-cost.ts';
import { deadlineExceeded, failure, isOutage, retired } from './run-failure.ts';
import type { Runner } from './runner.ts';
import type { Scheduler } from './scheduler.ts';
import { answer, refuse } from './ticket.ts';
import { waitingLine } from './waiting-line.ts';

export interface BatcherOptions extends ModelPorts {
  readonly runner: Runner;
  readonly scheduler: Scheduler;
  readonly cost: RunCost;
  readonly maxBatchRows: number;
  readonly maxDelayMs: number;
  readonly maxQueuedRows: number;
  readonly onBatch?: (report: BatchReport) => void;
}

export interface Batcher {
  readonly load: InferenceModel['load'];
  infer(work: Work): Promise<Inference>;
  /** Takes nothing more. Done when everything that was taken is answered. */
  drain(): Promise<void>;
}

type Outcome = { readonly answers: readonly Tensors[]; readonly runMs: number } | { readonly error: unknown };

/** Runs that were handed over together, to be done one after the other. */
interface Volley {
  /** Null while it waits in its thread for another to end. */
  startedAt: number | null;
  readonly batches: readonly Batch[];
  ended: number;
  /** Of those that ended; null once one has failed, which nobody measured. */
  runMs: number | null;
}

/**
 * While each turn of the event loop brings new requests, the next run waits for more of them, this long at most. Under load it makes
 * runs of thirty rows out of runs of five; where nothing comes, nothing waits.
 */
const longestGatherMs = 2;

export function batcher(options: BatcherOptions): Batcher {
  const { runner, scheduler, isBatching, maxDelayMs, onBatch } = options;
  const maxBatchRows = isBatching ? options.maxBatchRows : 1;
  const groupOf = requestGroups(options);
  const line = waitingLine(maxBatchRows);
  const running = new Map<Batch, Volley>();
  /** Halves of batches that failed, the next to run last. */
  const halves: Batch[] = [];
  const pace = followPace(options.cost);
  const bell = alarm(scheduler, wake);
  /** No request that is not settled has an earlier deadline. */
  let nextDeadline = Number.POSITIVE_INFINITY;
  let turnIsComing = false;
  let drained: PromiseWithResolvers<void> | undefined;

  /** The time, after those have left whose deadline it has passed. */
  function tick(): number {
    const now = scheduler.now();
    if (now >= nextDeadline) expire(now);
    return now;
  }

  function enter(work: Work): Promise<Inference> {
    const now = tick();
    const group = groupOf(work);
    const rows = isBatching ? work.rows.rows : 1;
    const lastRunRows = ((group.waiting + rows - 1) % maxBatchRows) + 1;
    const arrival = { rows, runs: line.runsFor(group, rows), lastRunRows, timeoutMs: work.deadline - now };
    admit(traffic(now), arrival, options.maxQueuedRows);
    const { promise, resolve, reject } = Promise.withResolvers<Inference>();
    const flushAt = Math.min(now + maxDelayMs, work.deadline - caution * runTime(pace.now, lastRunRows));
    line.push({
      source: work.rows,
      group,
      rows,
      arrivedAt: now,
      deadline: work.deadline,
      flushAt,
      resolve,
      reject,
      taken: 0,
      answered: 0,
      pieces: [],
      startedAt: Number.POSITIVE_INFINITY,
      runMs: 0,
      settled: false,
    });
    nextDeadline = Math.min(nextDeadline, work.deadline);
    bell.by(nextDeadline);
    if (flushAt <= now || group.waiting >= maxBatchRows) startNextTurn();
    else bell.by(flushAt);
    return promise;
  }

  function startNextTurn(): void {
    if (turnIsComing || !hasRoom()) return;
    turnIsComing = true;
    gather(line.rows, scheduler.now() + longestGatherMs);
  }

  /** Waits for a turn that brings nobody new: on an idle event loop that is the next one. */
  function gather(seen: number, until: number): void {
    scheduler.onNextTurn(() => {
      const now = tick();
      if (line.rows > seen && line.rows < maxBatchRows && now < until) return gather(line.rows, until);
      turnIsComing = false;
      startRuns(now);
    });
  }

  function hasRoom(): boolean {
    const free = runner.concurrency - running.size;
    return free > 0 || (free + runner.ahead > 0 && line.rows >= maxBatchRows);
  }

  function startRuns(now: number): void {
    while (hasRoom() && startVolley(now));
    if (running.size < runner.concurrency) for (const { flushAt } of line.tickets) bell.by(flushAt);
    if (drained && running.size === 0) {
      bell.off();
      drained.resolve();
    }
  }

  function startVolley(now: number): boolean {
    const batches: Batch[] = [];
    const isAhead = running.size >= runner.concurrency;
    let startsAt = isAhead ? now + traffic(now).runningMs / runner.concurrency : now;
    while (batches.length < runner.volley) {
      refuseHopeless(now, startsAt);
      const batch = nextHalf() ?? line.take(drained ? Number.POSITIVE_INFINITY : now);
      if (!batch) break;
      batches.push(batch);
      startsAt += runTime(pace.now, batch.rows);
    }
    const volley: Volley = { startedAt: isAhead ? null : now, batches, ended: 0, runMs: 0 };
    for (const batch of batches) {
      running.set(batch, volley);
      void run(batch, volley);
    }
    return batches.length > 0;
  }

  /**
   * Who would be too late even in a run that started next, at `startsAt`, would only make those late who share it. The last in line is tried
   * nevertheless where nothing else runs: if it is the estimate that is wrong, only a run can tell.
   */
  function refuseHopeless(now: number, startsAt: number): void {
    while (line.tickets.length > (startsAt > now ? 0 : 1)) {
      const first = line.tickets[0]!;
      const rows = Math.min(maxBatchRows, first.group.waiting);
      if (first.taken > 0 || startsAt + caution * runTime(pace.now, rows) <= first.deadline) return;
      line.leave(first);
      refuse(first, tooLate(traffic(now)));
    }
  }

  function nextHalf(): Batch | undefined {
    for (let half = halves.pop(); half; half = halves.pop()) {
      const parts = half.parts.filter(({ ticket }) => !ticket.settled);
      if (parts.length > 0) return batchOf(parts);
    }
    return undefined;
  }

  async function run(batch: Batch, volley: Volley): Promise<void> {
    const outcome = await attempt(batch);
    const now = tick();
    running.delete(batch);
    if ('error' in outcome) {
      volley.runMs = null;
      fail(batch, outcome.error);
    } else {
      const { answers, runMs } = outcome;
      pace.observe(batch.rows, runMs);
      if (volley.runMs !== null) volley.runMs += runMs;
      batch.parts.forEach((part, i) => {
        answer(part, answers[i]!, now, runMs);
      });
      onBatch?.({ rows: batch.rows, requests: batch.parts.length, runMs });
    }
    volley.ended++;
    if (volley.ended < volley.batches.length) return;
    if (volley.runMs !== null)
      pace.observeWait((now - (volley.startedAt ?? now) - volley.runMs) / volley.ended);
    beginNext(now);
    // A thread would stand idle while others are waited for; the event loop has those others to read meanwhile.
    if (runner.takesFeeds || line.rows >= maxBatchRows) startRuns(now);
    else startNextTurn();
  }

  /** Of those that were handed over ahead, the first has a thread now. */
  function beginNext(now: number): void {
    const next = [...running.values()].find(({ startedAt }) => startedAt === null);
    if (next) next.startedAt = now;
  }

  async function attempt(batch: Batch): Promise<Outcome> {
    try {
      const feeds = feedsOf(batch, runner.takesFeeds);
      const { outputs, runMs } = await runner.run(feeds, batch.group.outputs);
      return { answers: answersOf(batch, outputs), runMs };
    } catch (error) {
      return { error };
    }
  }

  /**
   * Whoever broke the run is found by halving, so that everybody else is answered. One poisoned request among k costs at most
   * 2 log2(k) more runs, rounded up; if all of them are, 2k - 2.
   */
  function fail({ parts }: Batch, error: unknown): void {
    if (parts.length > 1 && !isOutage(error)) {
      const middle = parts.length >> 1;
      halves.push(batchOf(parts.slice(middle)), batchOf(parts.slice(0, middle)));
      return;
    }
    for (const { ticket } of parts) {
      if (!ticket.settled) line.leave(ticket);
      refuse(ticket, failure(error));
    }
  }

  function expire(now: number): void {
    for (const ticket of line.expire(now))
      refuse(ticket, ticket.taken > 0 ? deadlineExceeded() : tooLate(traffic(now)));
    const taken = [...running.keys(), ...halves].flatMap(({ parts }) => parts.map(({ ticket }) => ticket));
    for (const ticket of taken) if (ticket.deadline <= now) refuse(ticket, deadlineExceeded());
    nextDeadline = Number.POSITIVE_INFINITY;
    for (const { deadline, settled } of [...line.tickets, ...taken])
      if (!settled) nextDeadline = Math.min(nextDeadline, deadline);
  }

  function wake(): void {
    const now = tick();
    bell.by(nextDeadline);
    startRuns(now);
  }

  function traffic(now: number): Traffic {
    let runningMs = 0;
    for (const [{ rows }, { startedAt }] of running) {
      // Of those that are done one after the other nobody knows which one it is now.
      const goneMs = runner.volley === 1 && startedAt !== null ? now - startedAt : 0;
      runningMs += Math.max(0, runTime(pace.now, rows) - goneMs);
    }
    return {
      cost: pace.now,
      concurrency: runner.concurrency,
      running: running.size,
      runningMs,
      waitingRuns: line.runs + halves.length,
      waitingRows: line.rows,
    };
  }

  return {
    get load() {
      const now = traffic(scheduler.now());
      return {
        queuedRows: line.rows,
        running: running.size,
        waitMs: line.rows === 0 ? 0 : timeUntilIdle(now),
        answerMs: timeToAnswerOne(now),
      };
    },
    async infer(work) {
      if (drained) throw retired();
      return enter(work);
    },
    drain() {
      drained ??= Promise.withResolvers<void>();
      startRuns(tick());
      return drained.promise;
    },
  };
}
