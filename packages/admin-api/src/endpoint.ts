// Endpoints: traffic, shadows, the rollout under way, how requests fare.

import type { Report, RolloutDecision, RolloutPolicy, Stage } from './stored.ts';

/** Who is asked about what part of the traffic. */
export interface Share {
  /** As the endpoint has it: an alias, or a version's number. */
  readonly target: string;
  /** What the target stands for now; null for an alias that is not set. */
  readonly version: number | null;
  /** 0 to 1. Of a shadow: for what part of the predictions it is asked as well. */
  readonly share: number;
}

/** One of GET /v1/endpoints. */
export interface EndpointHead {
  readonly name: string;
  readonly model: string;
  readonly traffic: readonly Share[];
  readonly shadows: readonly Share[];
  readonly updatedAt: string;
  /** What is under way; the traffic above is of its making. */
  readonly rollout: RolloutHead | null;
  readonly experiment: string | null;
}

/** One of GET /v1/rollouts. */
export interface RolloutHead {
  readonly id: string;
  readonly model: string;
  readonly endpoint: string;
  readonly champion: number;
  readonly candidate: number;
  /** `running`, `held` or `halted`; or how it ended: `full`, `rolled-back`, `aborted`. */
  readonly status: RolloutDecision['to']['status'];
  /** Which of its steps it is at, or ended at. */
  readonly step: number;
  /** Event time, as `waitingSince`. */
  readonly since: number;
  readonly waitingSince: number;
  /** `at` is event time. */
  readonly latest: Pick<RolloutDecision, 'at' | 'action' | 'why'>;
}

/** GET /v1/rollouts/:id. */
export interface RolloutAnswer extends RolloutHead {
  readonly asked: { readonly by: string; readonly why: string };
  readonly policy: RolloutPolicy;
  /** Before full traffic, in order. */
  readonly stages: readonly Stage[];
  readonly decisions: readonly RolloutDecision[];
  /** What the last look at the evidence found, where it changed nothing and so is not among the decisions. */
  readonly look: RolloutDecision | null;
}

/** GET /v1/endpoints/:name. */
export interface EndpointAnswer extends EndpointHead {
  /** The champion's version, and the one that taking it back would lead to. */
  readonly champion: number | null;
  readonly before: number | null;
  /** What a rollout would take where no version is named. */
  readonly challenger: number | null;
  readonly latest: number | null;
  /** The event time that the log has reached; null until it has been read. */
  readonly now: number | null;
  /** How requests fared, a report's window each, of all versions; oldest first. */
  readonly service: readonly ServiceWindow[];
}

export interface ServiceWindow
  extends Pick<Report['service'], 'answered' | 'failed' | 'failures' | 'latencyMs'> {
  readonly version: number;
  /** Event time. */
  readonly from: number;
  readonly to: number;
}
