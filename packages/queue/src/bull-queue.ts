// How a queue of BullMQ is opened here, and what its jobs have in common, whichever broker it is on.

import { FlightdeckError } from '@flightdeck/core';
import { type IQueueBackend, type JobType, Queue } from 'bullmq';
import { brokerUnreachable, connectTo } from './connect.ts';

export type BullQueue<Data> = Queue<Data, unknown, string, Data, unknown, string, IQueueBackend>;

/** `patient`: its calls wait for a broker that is away. Without it they fail after some seconds. */
export function openBullQueue<Data>(
  brokerUrl: string,
  name: string,
  { patient = false } = {},
): BullQueue<Data> {
  const { options, backend } = connectTo(brokerUrl, { patient });
  const queue: BullQueue<Data> = new Queue(name, { connection: options, defaultJobOptions }, backend);
  queue.on('error', () => {}); // each call reports its own failure
  return queue;
}

/** Puts a question to the broker. BROKER_UNREACHABLE when it does not answer. */
export async function ask<Answer>(brokerUrl: string, question: () => Promise<Answer>): Promise<Answer> {
  try {
    return await question();
  } catch (error) {
    throw error instanceof FlightdeckError ? error : brokerUnreachable(brokerUrl, error);
  }
}

/** Jobs by BullMQ's states. */
export async function countJobs<Data>(queue: BullQueue<Data>): Promise<Readonly<Record<string, number>>> {
  // What waits in a paused queue is `waiting` on Redis and `paused` on PostgreSQL; BullMQ's types know but the former.
  const { paused = 0 } = await queue.getJobCounts('paused' as JobType);
  const { waiting = 0, ...others } = await queue.getJobCounts();
  return { ...others, waiting: waiting + paused };
}

/** When the oldest job that waits for a worker was added, milliseconds since 1970; null where none waits. */
export async function oldestWaiting<Data>(queue: BullQueue<Data>): Promise<number | null> {
  const states = ['waiting', 'paused', 'prioritized'] as const;
  const first = await Promise.all(states.map((state) => queue.getJobs([state as JobType], 0, 0, true)));
  const added = first.flat().map(({ timestamp }) => timestamp);
  return added.length === 0 ? null : Math.min(...added);
}

const day = 24 * 60 * 60;

/**
 * Three attempts, about 2 s and 4 s apart, for what may succeed on retry. Jobs are kept long enough to be asked about, and
 * not for ever: what a run produced is in the registry.
 */
export const defaultJobOptions = {
  attempts: 3,
  backoff: { type: 'exponential', delay: 2_000, jitter: 0.5 },
  removeOnComplete: { age: 7 * day, count: 1_000 },
  removeOnFail: { age: 30 * day, count: 1_000 },
};
