// What the loop replays: from when, how much of it, where it stops for the controller's weekly report, and the policy that the
// controller gets. All in event time, minutes since 1970 UTC.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError, repositoryRoot } from '@flightdeck/core';
import { z } from 'zod';

export const day = 1_440;
const week = 7 * day;
/** 1970-01-05: weekly windows begin on Mondays. */
const firstMonday = 4 * day;
/** Event time is told by the latest requests; so long after midnight all of them are of the new day. */
const margin = 360;

export interface LoopPlan {
  readonly from: number;
  /** A week's report is due at each; the replay stops there until one of them leads to a decision. */
  readonly looks: readonly number[];
  /** How long the new version is watched once it has all the traffic. */
  readonly afterDays: number;
  /** Of the rows that are predicted; events are never sampled. */
  readonly share: number;
  /**
   * The new version's shares of the traffic. Larger than one would begin with: of a sample of the traffic 5 % would take a week to say
   * anything.
   */
  readonly canaries: readonly number[];
}

/** Fewer rows than this are a try-out: the loop is played then as well, on two weeks in the place of three. */
const wholeFrom = 100_000;

/** `end`: where the model's test rows end, so that nothing of what follows was seen in training. */
export function planOf(end: string, rows: number): LoopPlan {
  const from = Date.parse(end) / 60_000;
  if (rows >= wholeFrom) {
    const first = mondayAfter(from);
    return {
      from: first,
      looks: lookAt([first + week, first + 2 * week]),
      afterDays: 6,
      share: 0.4,
      canaries: [0.1, 0.5],
    };
  }
  // A recalibration takes a week to fit on and three days to be judged by, and labels take some hours.
  const look = mondayAfter(from + 12 * day);
  return {
    from: look - 11 * day,
    looks: lookAt([look]),
    afterDays: 1,
    share: 0.25,
    canaries: [0.25, 0.5],
  };
}

function lookAt(mondays: readonly number[]): number[] {
  return mondays.map((monday) => monday + margin);
}

function mondayAfter(minute: number): number {
  return Math.ceil((minute - firstMonday) / week) * week + firstMonday;
}

/** How rows are sent: many at once, a quarter of an hour together. */
export const shape = { rowsPerRequest: 256, tickMinutes: 15 };
/** While a rollout is under way, event time a second of real time: the controller is to see each step, and not only its end. */
export const rolloutSpeed = (day * 60) / 4;

const numbers = z.record(z.string(), z.number());
const windowsSchema = z.array(
  z.looseObject({
    lengthMinutes: z.number(),
    alarms: z.looseObject({ persistence: numbers.optional(), service: numbers.optional() }).optional(),
  }),
);
type Window = z.infer<typeof windowsSchema>[number];
const declaredSchema = z.looseObject({
  windows: windowsSchema.optional(),
  retraining: z.looseObject({}).optional(),
});
type Declared = z.infer<typeof declaredSchema>;

/**
 * The model's own policy, with a rollout for a replay that is sampled, and retrainings no larger than the demo's training. Nobody is
 * told that answers are slow: the replay goes as fast as they come.
 */
export async function policyOf(model: string, rows: number, plan: LoopPlan): Promise<object> {
  const declared = await readDeclared(model);
  return {
    ...declared,
    ...(declared.windows && { windows: declared.windows.map(replayed) }),
    ...(declared.retraining && { retraining: { ...declared.retraining, job: { rows, trials: 2 } } }),
    rollout: rolloutOf(plan),
  };
}

/** One bad week is enough for a demo; who has a month to watch it waits for the second. */
function replayed({ lengthMinutes, alarms, ...window }: Window): Window {
  return {
    ...window,
    lengthMinutes,
    alarms: {
      ...alarms,
      service: { ...alarms?.service, slow: 1 },
      ...(lengthMinutes >= week && { persistence: { ...alarms?.persistence, quality: 1 } }),
    },
  };
}

async function readDeclared(model: string): Promise<Declared> {
  try {
    const path = join(repositoryRoot, 'models', model, 'monitoring.json');
    return declaredSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return {};
    throw error;
  }
}

function rolloutOf({ canaries }: LoopPlan): object {
  return {
    shadow: { rate: 0.5, minimumPairs: 1_000, minimumMinutes: 360, maximumDisagreement: 0.1 },
    canary: canaries.map((share) => ({ share, minimumRequests: 500, minimumMinutes: 360 })),
    // Latencies of a replay that saturates the machine say little.
    service: { errorIncrease: 0.02, p99Ratio: 10 },
    quality: { labels: 'optional', minimumLabels: 1_000, minimumCoverage: 0.5, logLossMargin: 0.05 },
    timeouts: { holdAfterMinutes: 3 * day, haltAfterMinutes: 6 * day },
  };
}
