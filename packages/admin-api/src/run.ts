// Runs: trainings and recalibrations, with their curves, their lines and the trials of a search.

import type { MetricPoint, Run } from '@flightdeck/registry';

/** A run, as lists have it. */
export interface RunHead
  extends Pick<
    Run,
    'id' | 'model' | 'status' | 'attempt' | 'metrics' | 'error' | 'startedAt' | 'finishedAt'
  > {
  /** Who asked for it, and why, where its parameters say so. */
  readonly actor: string | null;
  readonly reason: string | null;
  /** What came of it. */
  readonly versions: readonly number[];
}

/** GET /v1/runs?model&status&limit&before: newest first. */
export interface RunsAnswer {
  readonly runs: readonly RunHead[];
  /** Where the next page begins (`before`); null on the last. */
  readonly next: string | null;
}

/** GET /v1/runs/:id */
export interface RunAnswer extends RunHead, Pick<Run, 'lineage'> {
  /** Without actor, reason, trials and what was declared, which are told apart. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Of a search; empty for a training by itself. */
  readonly trials: readonly Trial[];
  /** What a trial has that changed nothing, where the run says so. */
  readonly declared: TrialParameters;
}

export type TrialParameters = Readonly<Record<string, number | string>>;

/** One set of hyperparameters, and what it led to on the validation rows. */
export interface Trial {
  /** What it changed of the declared network; what is left out stayed as declared. */
  readonly parameters: TrialParameters;
  readonly metrics: Readonly<Record<string, number>> | null;
  /** Why it led nowhere. */
  readonly problem: string | null;
}

/** GET /v1/runs/:id/series */
export interface SeriesAnswer {
  readonly status: Run['status'];
  /** By name and step. */
  readonly points: readonly MetricPoint[];
}

/** GET /v1/runs/:id/lines?limit: what it said while it ran, as far as the queue remembers. */
export interface RunLinesAnswer {
  readonly lines: readonly string[];
  /** Earlier ones that were left out. */
  readonly before: number;
}
