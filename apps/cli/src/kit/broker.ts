// The broker, as the CLI's environment asks for it, and a watch that brings it back when it goes away.

import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '@flightdeck/core';
import { type Broker, openTrainingQueue, startBroker, type TrainingQueue } from '@flightdeck/queue';
import type { CliEnv } from '../env.ts';

export type { Broker } from '@flightdeck/queue';

export function openBroker({ home, redisUrl, brokerKind }: CliEnv): Promise<Broker> {
  return startBroker({ home, redisUrl, kind: brokerKind });
}

export interface BrokerWatch {
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
  readonly pauseMs?: number;
}

/**
 * Asks the broker every few seconds whether it is there; when not, starts it again (one that is given by REDIS_URL is waited for).
 * The trainer reconnects by itself. Resolves when the signal is aborted.
 */
export async function keepBroker(
  broker: Broker,
  env: CliEnv,
  { signal, tell, pauseMs = 3_000 }: BrokerWatch,
): Promise<void> {
  const queue = await openTrainingQueue(broker.url);
  let away = false;
  while (!signal.aborted) {
    const problem = await bringBack(queue, env);
    if (problem !== null && !away) tell(`${problem} Trying again until it does.`);
    if (problem === null && away) tell('The broker is back.');
    away = problem !== null;
    await delay(pauseMs, undefined, { signal }).catch(() => {});
  }
  await queue.close();
}

/** Null when the broker answers, or else what is the matter, having tried to start it. */
async function bringBack(queue: TrainingQueue, env: CliEnv): Promise<string | null> {
  try {
    await queue.counts();
    return null;
  } catch (error) {
    await openBroker(env).catch(() => {}); // the next question tells whether that helped
    return messageOf(error);
  }
}
