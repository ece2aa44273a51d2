// Follows one run to its end. The broker's row of the job is the truth, and waiting reads it again and again: events would
// be lost while the broker is away, the row is not.

import { setTimeout as delay } from 'node:timers/promises';
import { type Clock, FlightdeckError } from '@flightdeck/core';
import type { BullQueue } from './bull-queue.ts';
import { brokerUnreachable } from './connect.ts';
import type { TrainingProgress } from './training-job.ts';
import { statusOf, type TrainingStatus } from './training-status.ts';

export interface Watch {
  readonly onProgress?: (progress: TrainingProgress) => void;
  readonly onLog?: (line: string) => void;
  /** Ends the waiting, not the run. */
  readonly signal?: AbortSignal;
}

/**
 * The run's result, or its own error. RUN_NOT_QUEUED when the queue has no such job; BROKER_UNREACHABLE when the broker stays
 * away for a minute.
 */
export async function waitFor<Data>(
  queue: BullQueue<Data>,
  id: string,
  watch: Watch,
  { brokerUrl, clock }: { brokerUrl: string; clock: Clock },
): Promise<unknown> {
  const [pauseMs, patienceMs] = [100, 60_000];
  const tell = teller(watch);
  for (let lastSeen = clock(); ; await delay(pauseMs, undefined, watch.signal && { signal: watch.signal })) {
    watch.signal?.throwIfAborted();
    const seen = await look(queue, id, tell.lines()).catch((error: unknown) => {
      if (clock() - lastSeen > patienceMs) throw brokerUnreachable(brokerUrl, error);
    });
    if (seen === undefined) continue;
    lastSeen = clock();
    if (seen.status === null) throw notQueued(queue.name, id);
    tell.news(seen.status, seen.lines);
    if (seen.status.failure !== null) throw seen.status.failure;
    if (seen.status.state === 'completed') return seen.status.result;
  }
}

async function look<Data>(queue: BullQueue<Data>, id: string, from: number) {
  const status = await statusOf(queue, id); // before the log, so that a finished job's log is whole
  return { status, lines: (await queue.getJobLogs(id, from)).logs };
}

/** Passes on each log line once, and a progress when it is a new one. */
function teller({ onProgress, onLog }: Watch) {
  let told = 0;
  let last = '';
  return {
    lines: () => told,
    news({ progress }: TrainingStatus, lines: readonly string[]) {
      for (const line of lines) onLog?.(line);
      told += lines.length;
      const now = JSON.stringify(progress);
      if (progress !== null && now !== last) onProgress?.(progress);
      last = now;
    },
  };
}

export function notQueued(queue: string, id: string): FlightdeckError {
  return new FlightdeckError(
    'RUN_NOT_QUEUED',
    `The ${queue} queue has no job ${id}: it was never submitted, or it finished long ago. Look for it with \`npx flightdeck runs\`.`,
  );
}
