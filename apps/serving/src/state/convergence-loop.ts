// Runs the convergence on the registry again and again, one pass after the other, until it is stopped: at every poll, and at
// once when somebody wakes it.

import type { DesiredState } from './desired-state.ts';
import type { Change } from './served-endpoint.ts';

export interface ConvergenceLoop {
  /** Asks for a pass now. Resolves when a pass that began after the call has ended. */
  wake(): Promise<void>;
  /** Resolves once the pass that is under way has ended. */
  stop(): Promise<void>;
}

export function startConverging(
  state: DesiredState,
  pollMs: number,
  onChange: (change: Change) => void,
): ConvergenceLoop {
  let stopped = false;
  let alarm = Promise.withResolvers<void>();
  let next = Promise.withResolvers<void>();

  async function run(): Promise<void> {
    while (!stopped) {
      const pass = next;
      next = Promise.withResolvers();
      alarm = Promise.withResolvers();
      for (const change of await state.converge()) onChange(change);
      pass.resolve();
      const timer = setTimeout(alarm.resolve, pollMs);
      await alarm.promise;
      clearTimeout(timer);
    }
    next.resolve();
  }

  const ended = run();
  return {
    wake() {
      alarm.resolve();
      return next.promise;
    },
    async stop() {
      stopped = true;
      alarm.resolve();
      await ended;
    },
  };
}
