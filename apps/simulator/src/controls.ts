// Faults that are done to the world around serving: who does them, and who undoes them.

import { FlightdeckError } from '@flightdeck/core';
import type { ChaosProxy } from './chaos-proxy.ts';
import type { TimedFault } from './faults.ts';
import { signalRedis } from './redis-outage.ts';
import type { ReplayPlan } from './replay-plan.ts';

export interface World {
  readonly proxy?: Pick<ChaosProxy, 'set'> | undefined;
  readonly redisPid?: number | undefined;
  /** Tells whoever runs the replay that a scenario begins or ends, and waits until that has been dealt with. */
  readonly ask: (turn: Turn) => Promise<void>;
}

export interface Turn {
  readonly scenario: string;
  readonly state: 'begins' | 'ends';
}

export interface Control {
  begin(): Promise<void>;
  end(): Promise<void>;
  /** By what it ends. What can hold up the replay itself must end by the clock: its event time may never come. */
  readonly endsBy: 'event time' | 'clock';
}

type Paced = Pick<ReplayPlan, 'speed' | 'loop'>;

/** For a fault of the stream there is nothing to do. PLAN_INVALID where the plan lacks what the scenario needs. */
export function controlOf({ name, fault }: TimedFault, { speed, loop }: Paced, world: World): Control {
  const needed = <Value>(value: Value | undefined, option: string): Value => value ?? lacks(name, option);
  const ask = (state: Turn['state']) => () => world.ask({ scenario: name, state });
  const byClock = (begin: () => Promise<void>, end: () => Promise<void>): Control => {
    if (speed === 0) lacks(name, 'a speed above 0: only real time can end it');
    return { begin, end, endsBy: 'clock' };
  };
  const redisPid = () => {
    // Without its Redis serving takes no events, which a closed loop would wait for, and ask for no predictions.
    if (loop === 'closed') lacks(name, 'an open loop');
    return needed(world.redisPid, 'redisPid');
  };
  switch (fault.kind) {
    case 'link': {
      const proxy = needed(world.proxy, 'proxy');
      return byClock(
        async () => proxy.set(fault.mode),
        async () => proxy.set({ kind: 'pass' }),
      );
    }
    case 'pause-redis': {
      const pid = redisPid();
      return byClock(
        () => signalRedis(pid, 'SIGSTOP'),
        () => signalRedis(pid, 'SIGCONT'),
      );
    }
    case 'kill-redis': {
      const pid = redisPid();
      return byClock(() => signalRedis(pid, 'SIGKILL'), ask('ends'));
    }
    case 'asked':
      return { begin: ask('begins'), end: ask('ends'), endsBy: 'event time' };
    default:
      return { begin: async () => {}, end: async () => {}, endsBy: 'event time' };
  }
}

function lacks(scenario: string, option: string): never {
  throw new FlightdeckError('PLAN_INVALID', `SIMULATOR_PLAN: the scenario ${scenario} needs ${option}.`);
}
