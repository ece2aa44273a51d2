// A workshop: a broker and a trainer for the time of a command that needs one.

import type { CliContext } from './context.ts';
import { type Broker, openBroker } from './kit/broker.ts';
import { type Child, unlessItEnds } from './kit/child.ts';
import { kitIsUp } from './kit/kit-lock.ts';
import { startTrainer } from './kit/processes.ts';
import { take } from './progress.ts';

export interface Workshop {
  readonly broker: Broker;
  /** Passes the work's result on, unless the trainer that does it ends before it is done. */
  watch<Result>(work: Promise<Result>): Promise<Result>;
  /** Stops the trainer at once, its running job goes back to the queue. False where the trainer belongs to a kit that is up. */
  dismissTrainer(): Promise<boolean>;
  close(): Promise<void>;
}

/** Opens the broker, and starts a trainer where there is none: no kit is up that has one, and none is said to be elsewhere. */
export async function openWorkshop(context: CliContext, signal: AbortSignal): Promise<Workshop> {
  const { env, terminal } = context;
  const broker = await take(terminal, {
    title: 'Opening the broker',
    run: () => openBroker(env),
    done: ({ description }) => `Broker: ${description}`,
  });
  let trainer: Child | null;
  try {
    const isThere = env.trainers === 'elsewhere' || kitIsUp(env.home);
    trainer = isThere ? null : await takeTrainer(context, broker, signal);
  } catch (error) {
    await broker.stop();
    throw error;
  }
  return {
    broker,
    watch: (work) => (trainer === null ? work : unlessItEnds(trainer, work)),
    async dismissTrainer() {
      await trainer?.stop();
      return trainer !== null;
    },
    async close() {
      await trainer?.stop();
      await broker.stop();
    },
  };
}

function takeTrainer({ env, terminal }: CliContext, broker: Broker, signal: AbortSignal): Promise<Child> {
  return take(terminal, {
    title: 'Starting a trainer',
    run: () => startTrainer(env, broker.url, signal, { patienceSeconds: 0 }),
    done: ({ pid }) => `Trainer: process ${pid}`,
  });
}
