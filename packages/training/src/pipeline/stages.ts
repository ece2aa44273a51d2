// Stages: what a training run is doing, how far it is, and how long each part took.

import type { Clock } from '@flightdeck/core';
import type { RegistryLocation } from '@flightdeck/registry/location';

export interface Progress {
  readonly stage: string;
  readonly message: string;
  /** Of the whole run, in [0, 1]. */
  readonly fraction: number;
}

/** `home` holds what is ingested and what a run keeps of its rows; the rest says where the registry is. */
export interface TrainingContext extends RegistryLocation {
  readonly clock: Clock;
  /** Aborted when the run should end soon, because it will be started again elsewhere. */
  readonly signal?: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  readonly log: (line: string) => void;
}

export interface Stages<Name extends string> {
  /** Runs one stage, timing it. `tell` reports from inside, with the stage's own fraction. */
  run<Result>(stage: Name, message: string, work: (tell: Tell) => Promise<Result> | Result): Promise<Result>;
  readonly seconds: Readonly<Record<string, number>>;
}

export type Tell = (message: string, fraction: number) => void;

/** The stages in order, each with its usual share of the time, in whatever unit. */
export function startStages<Name extends string>(
  { onProgress, log, signal }: TrainingContext,
  shares: Readonly<Record<Name, number>>,
): Stages<Name> {
  const whole = Object.values<number>(shares).reduce((sum, share) => sum + share, 0);
  const seconds: Record<string, number> = {};
  let before = 0;
  return {
    seconds,
    async run(stage, message, work) {
      signal?.throwIfAborted();
      const started = performance.now();
      const tell: Tell = (text, fraction) => {
        log(`${stage}: ${text}`);
        onProgress({
          stage,
          message: text,
          fraction: Math.min(1, (before + shares[stage] * fraction) / whole),
        });
      };
      tell(message, 0);
      const result = await work(tell);
      before += shares[stage];
      seconds[stage] = round((performance.now() - started) / 1000);
      log(`${stage}: ${seconds[stage]} s`);
      return result;
    },
  };
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
