// The loop at a glance.

import type { EndpointHead } from './endpoint.ts';
import type {
  Decision,
  GateOutcome,
  JobUnderWay,
  Lineage,
  Metrics,
  Reason,
  Report,
  Verdict,
} from './stored.ts';

/** GET /v1/overview?model=NAME: all that is cheap to know of one model's loop. */
export interface OverviewAnswer {
  /** Whatever has a version, by name. */
  readonly models: readonly string[];
  /** The one that was asked for, else the first that is served, else the first; null while there is none. */
  readonly model: ModelOverview | null;
  /** Null where the broker does not answer. */
  readonly trainers: TrainersOverview | null;
  /** Newest first. */
  readonly timeline: readonly TimelineEntry[];
}

export interface ModelOverview {
  readonly name: string;
  readonly versions: number;
  readonly challenger: number | null;
  readonly champion: ChampionOverview | null;
  readonly endpoint: EndpointHead | null;
  /** Null until it has been counted for the first time. */
  readonly log: LogTally | null;
  /** Of the endpoint's latest windows, one of each length and version, the longest last. */
  readonly reports: readonly ReportSummary[];
}

export interface ChampionOverview {
  readonly version: number;
  readonly runId: string;
  /** Who made it champion, when, and why. */
  readonly since: string;
  readonly by: string;
  readonly reason: string;
  readonly gate: GateOutcome;
  readonly metrics: Metrics;
  /** How many inputs it has. */
  readonly features: number;
  /** Null where it was imported, which takes no run. */
  readonly lineage: Lineage | null;
  /** How long its run took, milliseconds. */
  readonly runMs: number | null;
}

/** What the prediction log holds. Counted now and then, so it may be a little behind. */
export interface LogTally {
  readonly predictions: number;
  readonly failed: number;
  /** Answered predictions whose label is known. */
  readonly labelled: number;
  /** Event time; null for an empty log. */
  readonly from: number | null;
  readonly to: number | null;
}

export type SectionName = 'service' | 'dataQuality' | 'drift' | 'quality';

export interface ReportSummary {
  readonly endpoint: string;
  readonly version: number;
  readonly from: number;
  readonly to: number;
  readonly verdict: Report['verdict'];
  readonly sections: readonly {
    readonly name: SectionName;
    readonly verdict: Report['verdict'];
    /** The worst finding, or that there is none. */
    readonly sentence: string;
  }[];
}

export interface TrainersOverview {
  readonly paused: boolean;
  readonly active: number;
  readonly waiting: number;
  readonly failed: number;
  /** Some of them, the active first. */
  readonly jobs: readonly JobUnderWay[];
}

/** A decision of the controller or of a person, or a move of the champion that no rollout made. */
export interface TimelineEntry extends Pick<Decision, 'model' | 'kind' | 'at' | 'actor' | 'reason'> {
  readonly id: string;
  /** Event time at which it was decided, where it goes by that. */
  readonly eventTime: number | null;
  readonly verdict: Verdict | null;
  readonly reasons: readonly Pick<Reason, 'check' | 'verdict' | 'message'>[];
  readonly rollout: { readonly id: string; readonly endpoint: string } | null;
  readonly version: number | null;
}
