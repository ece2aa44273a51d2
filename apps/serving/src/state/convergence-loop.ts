// Runs the convergence on the registry again and again, one pass after the other, until it is stopped.

import { setTimeout } from 'node:timers/promises';
import type { DesiredState } from './desired-state.ts';
import type { Change } from './served-endpoint.ts';

export interface ConvergenceLoop {
  /** Resolves once the pass that is under way has ended. */
  stop(): Promise<void>;
}

export function startConverging(
  state: DesiredState,
  pollMs: number,
  onChange: (change: Change) => void,
): ConvergenceLoop {
  const stopping = new AbortController();
  const loop = async () => {
    while (!stopping.signal.aborted) {
      for (const change of await state.converge()) onChange(change);
      await setTimeout(pollMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };
  const ended = loop();
  return {
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}
