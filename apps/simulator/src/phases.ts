// Which scenarios are at work: begins and ends each at its time, says so, and has the outcome counted under their names.

import type { Control, Turn } from './controls.ts';
import { isActive, type TimedFault } from './faults.ts';
import type { Outcome } from './outcome.ts';
import type { Pace } from './pace.ts';

export interface Phases {
  /** Event time has come to this minute. */
  turnTo(at: number): Promise<void>;
  /** Undoes what is still being done. */
  endAll(): Promise<void>;
}

export interface PhasesOptions {
  readonly scenarios: readonly { readonly fault: TimedFault; readonly control: Control }[];
  /** Before it, the phase is the warm-up. */
  readonly predictFrom: number;
  readonly pace: Pace;
  readonly outcome: Outcome;
  readonly tell: (turn: Turn & { readonly at: number }) => void;
  /** Told when what ends by the clock could not be ended. */
  readonly onError: (error: unknown) => void;
}

export function openPhases(options: PhasesOptions): Phases {
  const { scenarios, predictFrom, pace, outcome, tell } = options;
  const running = new Map<TimedFault, Control>();
  /** Each ends once, by event time or by the clock, whichever comes first, and whoever ends it waits for it. */
  const endings = new Map<TimedFault, Promise<void>>();
  let now = Number.NEGATIVE_INFINITY;

  function enter(): void {
    const names = [...running.keys()].map(({ name }) => name);
    outcome.enter(names.join(' + ') || (now < predictFrom ? 'warm-up' : 'normal'));
  }

  async function begin(fault: TimedFault, control: Control): Promise<void> {
    running.set(fault, control);
    tell({ scenario: fault.name, state: 'begins', at: now });
    await control.begin();
    if (control.endsBy !== 'clock') return;
    pace
      .reach(pace.due(fault.to))
      .then(() => end(fault, control))
      .catch(options.onError);
  }

  function end(fault: TimedFault, control: Control): Promise<void> {
    const ending = endings.get(fault) ?? undo(fault, control);
    endings.set(fault, ending);
    return ending;
  }

  async function undo(fault: TimedFault, control: Control): Promise<void> {
    await control.end();
    running.delete(fault);
    tell({ scenario: fault.name, state: 'ends', at: Math.max(now, fault.to) });
    enter();
  }

  return {
    async turnTo(at) {
      now = at;
      for (const [fault, control] of running) if (!isActive(fault, at)) await end(fault, control);
      for (const { fault, control } of scenarios) {
        const isNew = !running.has(fault) && !endings.has(fault);
        if (isNew && isActive(fault, at)) await begin(fault, control);
      }
      enter();
    },
    async endAll() {
      for (const [fault, control] of running) await end(fault, control);
    },
  };
}
