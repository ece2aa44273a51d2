// Stages: what a training run is doing, how far it is, and how long each part took.

import type { Clock } from '@flightdeck/core';
import type { StageName } from '../training-result.ts';

export interface Progress {
  readonly stage: string;
  readonly message: string;
  /** Of the whole run, in [0, 1]. */
  readonly fraction: number;
}

export interface TrainingContext {
  /** The state directory. */
  readonly home: string;
  readonly clock: Clock;
  /** Aborted when the run should end soon, because it will be started again elsewhere. */
  readonly signal?: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  readonly log: (line: string) => void;
}

/** The stages in order, with their usual share of the time. */
const shares = {
  ingest: 0.1,
  features: 0.25,
  train: 0.4,
  baselines: 0.1,
  evaluate: 0.1,
  export: 0.03,
  gate: 0.01,
  register: 0.01,
} satisfies Record<StageName, number>;

export interface Stages {
  /** Runs one stage, timing it. `tell` reports from inside, with the stage's own fraction. */
  run<Result>(
    stage: StageName,
    message: string,
    work: (tell: Tell) => Promise<Result> | Result,
  ): Promise<Result>;
  readonly seconds: Readonly<Record<string, number>>;
}

export type Tell = (message: string, fraction: number) => void;

export function startStages({ onProgress, log, signal }: TrainingContext): Stages {
  const seconds: Record<string, number> = {};
  let before = 0;
  return {
    seconds,
    async run(stage, message, work) {
      signal?.throwIfAborted();
      const started = performance.now();
      const tell: Tell = (text, fraction) =>
        onProgress({ stage, message: text, fraction: before + shares[stage] * fraction });
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
