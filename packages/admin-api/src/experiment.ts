// Experiments: what one can be made of, its plan, what it has seen. Times are event time, milliseconds since 1970 UTC, where nothing else is
// said.

import type { Experiment, ExperimentPlan, ExperimentVerdict } from '@flightdeck/rollout';

/** GET /v1/experiments: the newest first. */
export interface ExperimentsAnswer {
  readonly experiments: readonly ExperimentAnswer[];
}

/** GET /v1/experiments/{name}. */
export interface ExperimentAnswer {
  readonly model: string;
  readonly endpoint: string;
  readonly experiment: Experiment;
  readonly plan: ExperimentPlan;
  /** Which version answers for each variant. */
  readonly versions: Readonly<Record<string, number>>;
  readonly asked: { readonly by: string; readonly why: string };
  /** Null until the first look; later the last look that brought news. */
  readonly result: ExperimentVerdict | null;
  /** Null while it runs. */
  readonly ended: {
    readonly at: number;
    readonly by: string;
    readonly how: 'concluded' | 'stopped';
    readonly why: string;
  } | null;
  /** ISO 8601, by the machine's clock. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** GET /v1/experiments/{name}/history: looks at what the log has now, as they would have been then. */
export interface ExperimentHistoryAnswer {
  /** Up to here the log has come, or the experiment's end. */
  readonly until: number;
  /** The earliest first. */
  readonly looks: readonly ExperimentLook[];
}

export interface ExperimentLook {
  readonly at: number;
  readonly verdict: ExperimentVerdict['verdict'];
  readonly reasons: ExperimentVerdict['reasons'];
  readonly groups: readonly { readonly variant: string; readonly units: number; readonly mean: number }[];
  /** Each variant against the control; empty while a prerequisite is open. Positive is better. */
  readonly effects: readonly {
    readonly variant: string;
    readonly value: number;
    readonly low: number;
    readonly high: number;
  }[];
}

/** GET /v1/models/{model}/experiment-choices: what an experiment of the model can be made of. */
export interface ExperimentChoicesAnswer {
  readonly endpoint: string;
  readonly targets: readonly ExperimentTarget[];
  readonly metrics: readonly MetricChoice[];
  /** The traffic by which plans reckon; null where there is none yet. */
  readonly traffic: EndpointTraffic | null;
  /** Why none can be started now, as a sentence; null where nothing is in the way. */
  readonly obstacle: string | null;
}

export interface ExperimentTarget {
  readonly target: string;
  readonly version: number;
}

export interface MetricChoice {
  readonly name: string;
  readonly kind: Experiment['metric']['kind'];
  /** What it is of a unit. */
  readonly says: string;
  readonly needsLabels: boolean;
  /** Over the units of the traffic below; null where it is known of none. */
  readonly seen: { readonly units: number; readonly mean: number; readonly deviation: number } | null;
}

export interface EndpointTraffic {
  readonly from: number;
  readonly to: number;
  readonly units: number;
  readonly unitsPerDay: number;
}

/** POST /v1/models/{model}/experiment-plans: nothing is started. */
export interface ExperimentPlanAnswer {
  readonly plan: ExperimentPlan;
  /** Days of event time at the traffic; null where there is none. */
  readonly days: number | null;
  readonly traffic: EndpointTraffic | null;
  /** How it is reckoned, as sentences. */
  readonly because: readonly string[];
}

/** GET /v1/served-models: which models have an endpoint, so that there is something to experiment with, or to retrain for. */
export interface ServedModelsAnswer {
  readonly models: readonly string[];
}
