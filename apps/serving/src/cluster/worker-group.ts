// Keeps a number of workers alive: starts them, replaces those that crash, one after the other, and ends them all.

import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { type Clock, FlightdeckError } from '@flightdeck/core';
import type { FastifyBaseLogger } from 'fastify';
import { crashPolicy } from './crash-policy.ts';
import type { FromWorker, ToWorker } from './messages.ts';

export interface WorkerGroup {
  /** Resolves when all first workers are up. WORKER_START_FAILED if one ends before. */
  readonly started: Promise<void>;
  /** Never resolves. WORKERS_CRASH when so many crash in a minute that another one would not help. */
  readonly failed: Promise<never>;
  restarts(): number;
  /** Has all workers finish and end; those that have not after this long are killed. */
  stop(patienceMs: number): Promise<void>;
}

export interface WorkerGroupOptions {
  readonly workers: number;
  readonly clock: Clock;
  readonly log: FastifyBaseLogger;
  readonly onStart: (worker: Worker, isReplacement: boolean) => void;
  readonly onMessage: (worker: number, message: FromWorker) => void;
  /** Whatever the worker had said has been heard by then. */
  readonly onEnd: (worker: number) => void;
}

export function startWorkers(options: WorkerGroupOptions): WorkerGroup {
  const { workers, clock, log, onStart, onMessage, onEnd } = options;
  const policy = crashPolicy(workers, clock);
  const failed = Promise.withResolvers<never>();
  const living = new Map<number, Worker>();
  let restarts = 0;
  let isStopping = false;
  let replaced = Promise.resolve();

  function start(isReplacement: boolean): Worker {
    const worker = cluster.fork();
    const { id, process } = worker;
    living.set(id, worker);
    log.info({ worker: id, workerPid: process.pid }, 'worker started');
    onStart(worker, isReplacement);
    worker.on('message', (message: FromWorker) => onMessage(id, message));
    // What cannot be sent to it any more: its end is about to be told.
    worker.on('error', (error) => log.debug({ worker: id, err: error }, 'worker not reached'));
    // Not `exit`, which may come before the last of its messages.
    process.once('close', (code: number | null, signal: string | null) => {
      living.delete(id);
      onEnd(id);
      if (!isStopping) crashed(id, signal ?? `exit code ${code}`);
    });
    return worker;
  }

  function crashed(id: number, how: string): void {
    const pauseMs = policy.crashed();
    if (pauseMs === null) {
      failed.reject(crashLoop(how));
      return;
    }
    log.error({ worker: id, how, pauseMs }, 'worker crashed: another one takes its place');
    restarts++;
    replaced = replaced.then(() => replace(pauseMs));
  }

  /** The next one waits until this one has looked at the registry, or has crashed as well. */
  async function replace(pauseMs: number): Promise<void> {
    await pause(pauseMs);
    if (isStopping) return;
    const worker = start(true);
    await Promise.race([heard(worker, 'state'), once(worker.process, 'close')]);
  }

  const first = Array.from({ length: workers }, () => start(false));
  return {
    started: Promise.all(first.map(up)).then(() => {}),
    failed: failed.promise,
    restarts: () => restarts,
    async stop(patienceMs) {
      isStopping = true;
      const ends = [...living.values()].map(({ process }) => once(process, 'close'));
      // Whoever has just crashed takes no message any more, and need not.
      for (const worker of living.values()) worker.send({ kind: 'stop' } satisfies ToWorker, () => {});
      const overdue = setTimeout(() => {
        for (const { process } of living.values()) process.kill('SIGKILL');
      }, patienceMs);
      await Promise.all(ends);
      clearTimeout(overdue);
    },
  };
}

function heard(worker: Worker, kind: FromWorker['kind']): Promise<void> {
  return new Promise((resolve) => {
    const listener = (message: FromWorker) => {
      if (message.kind !== kind) return;
      worker.off('message', listener);
      resolve();
    };
    worker.on('message', listener);
  });
}

async function up(worker: Worker): Promise<void> {
  const ended = once(worker.process, 'close').then(([code, signal]) => {
    throw new FlightdeckError(
      'WORKER_START_FAILED',
      `Worker ${worker.id} ended (${signal ?? `exit code ${code}`}) before it could take connections. ` +
        'What it says itself is in the lines above; SERVING_WORKERS=1 runs everything in one process.',
    );
  });
  await Promise.race([heard(worker, 'up'), ended]);
}

function crashLoop(how: string): FlightdeckError {
  return new FlightdeckError(
    'WORKERS_CRASH',
    `Workers crash so often that starting more of them does not help; the last one ended with ${how}. ` +
      'What they said themselves is in the lines above.',
  );
}
