// Ticks, one after the other, until it is stopped. Of two controllers over one state directory one ticks, and the other waits for its lock.

import { join } from 'node:path';
import { messageOf, type ProcessLock, tryLock } from '@flightdeck/core';
import type { Tick } from './tick.ts';

export interface TickLoop {
  readonly state: LoopState;
  /** Resolves once the tick that is under way has ended. */
  stop(): Promise<void>;
}

export interface LoopState {
  /** Whether this one decides; whoever does not answers questions only. */
  readonly leads: boolean;
  /** The last tick that came to its end; null before the first. */
  readonly last: Tick | null;
  /** Why the latest tick did not come to its end. */
  readonly failure: string | null;
  readonly ticks: number;
}

export interface TickLoopOptions {
  readonly home: string;
  readonly tickMs: number;
  readonly tick: () => Promise<Tick>;
  readonly onTick: (tick: Tick) => void;
  readonly onFailure: (error: unknown) => void;
}

export function startTicking({ home, tickMs, tick, onTick, onFailure }: TickLoopOptions): TickLoop {
  const state = { leads: false, last: null as Tick | null, failure: null as string | null, ticks: 0 };
  let lock: ProcessLock | null = null;
  let alarm = Promise.withResolvers<void>();
  let stopped = false;

  async function once(): Promise<void> {
    try {
      lock ??= tryLock(join(home, 'controller.lock'));
      state.leads = lock !== null;
      if (lock === null) return;
      const ended = await tick();
      Object.assign(state, { last: ended, failure: null, ticks: state.ticks + 1 });
      onTick(ended);
    } catch (error) {
      state.failure = messageOf(error);
      onFailure(error);
    }
  }

  async function run(): Promise<void> {
    while (!stopped) {
      await once();
      const timer = setTimeout(alarm.resolve, tickMs);
      await alarm.promise;
      clearTimeout(timer);
      alarm = Promise.withResolvers();
    }
    lock?.release();
  }

  const ended = run();
  return {
    state,
    async stop() {
      stopped = true;
      alarm.resolve();
      await ended;
    },
  };
}
