// Who watches a drill: when the alarm was first seen and when it was first seen to be gone, in event time and on the clock on the wall.
// It also does what the replay cannot do itself: roll out the bad candidate, and start the Redis again that was killed.

import { setTimeout as delay } from 'node:timers/promises';
import type { ReplayMessage, Scenario } from '../kit/simulator.ts';
import { registerBadCandidate } from './bad-candidate.ts';
import type { DrillKit } from './kit.ts';
import { itemOf, type Sighting } from './outcome.ts';
import type { Timeline } from './timeline.ts';
import { rolloutOf, type Sign, type Signs, signsInReports, signsInRollout } from './watch.ts';

const lookEveryMs = 200;

export interface LookoutOptions {
  readonly kit: Pick<DrillKit, 'registry' | 'redis'>;
  readonly model: string;
  readonly scenario: Scenario;
  readonly timeline: Timeline;
  /** How long each thing is waited for that should come. */
  readonly patienceSeconds: number;
  readonly signal: AbortSignal;
}

/** Looks for the signs all the while, and knows when each was first seen. */
export function lookout({ kit, model, scenario, timeline, patienceSeconds, signal }: LookoutOptions) {
  const { registry } = kit;
  const began = { fault: 0, end: 0 };
  const sightings: { detected: Sighting | null; recovered: Sighting | null } = {
    detected: null,
    recovered: null,
  };
  let signs: Signs = { falseAlarms: 0, alarm: null, recovery: null };
  let candidate: number | null = null;
  let stopped = false;

  async function look(): Promise<void> {
    if (scenario.expects.kind !== 'rollout')
      signs = await signsInReports(registry, { model, item: itemOf(scenario), timeline });
    else if (candidate !== null) signs = await signsInRollout(registry, { model, candidate });
    sightings.detected ??= sighting(signs.alarm, timeline.faultFrom, began.fault);
    // A candidate that was rolled back is over with its rollout; all else with the fault.
    const isRollout = scenario.expects.kind === 'rollout';
    const [end, since] = isRollout ? [timeline.faultFrom, began.fault] : [timeline.faultTo, began.end];
    sightings.recovered ??= sighting(signs.recovery, end, since);
  }

  async function until(isThere: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = performance.now() + patienceSeconds * 1_000;
    while (!(await isThere()) && performance.now() < deadline)
      await delay(lookEveryMs, undefined, { signal });
  }

  return {
    /** Until it is told to stop. */
    async look() {
      while (!stopped) {
        await look();
        await delay(lookEveryMs);
      }
    },
    /** What the replay says: when the fault begins and ends, and what has to be done for it. */
    async hear(message: ReplayMessage) {
      if (message.kind === 'scenario' || message.kind === 'ask')
        began[message.state === 'begins' ? 'fault' : 'end'] ||= performance.now();
      if (message.kind !== 'ask') return;
      if (scenario.expects.kind !== 'rollout') return kit.redis?.revive(); // what was killed begins again when the fault ends
      if (message.state === 'ends') return until(() => sightings.detected !== null);
      const bad = await registerBadCandidate(registry, model);
      candidate = bad.to;
      await until(async () => (await rolloutOf(registry, model, bad.to)) !== undefined);
    },
    /** Waits for what has not come yet. */
    settle: () => until(() => sightings.detected !== null && sightings.recovered !== null),
    stop() {
      stopped = true;
    },
    result: () => ({ ...sightings, falseAlarms: signs.falseAlarms }),
  };
}

function sighting(sign: Sign | null, from: number, since: number): Sighting | null {
  if (sign === null) return null;
  const { at, message } = sign;
  return {
    at: new Date(at).toISOString(),
    afterMinutes: at / 60_000 - from,
    afterSeconds: (performance.now() - since) / 1_000,
    message,
  };
}
