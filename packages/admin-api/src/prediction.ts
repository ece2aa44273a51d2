/** Predictions: search, one of them, review and labels. Times are milliseconds since 1970 UTC. */

import type {
  FoundPrediction,
  LoggedFeature,
  LoggedPrediction,
  ReviewedPrediction,
} from '@flightdeck/monitoring';
import type { Decision } from '@flightdeck/registry';

export type {
  FoundPrediction,
  LoggedLabel,
  LoggedShadowScore,
  ReviewedPrediction,
} from '@flightdeck/monitoring';

/** GET /v1/predictions: a page of those that match, newest first. */
export interface PredictionsAnswer {
  readonly predictions: readonly FoundPrediction[];
  /** What `before` of the next page is; null on the last. */
  readonly next: string | null;
}

/** A feature as it was logged, and what its version's signature says of it. */
export interface PredictionFeature extends LoggedFeature {
  readonly description: string;
}

/** GET /v1/predictions/{id}: all that is known of one. */
export interface PredictionAnswer extends Omit<LoggedPrediction, 'features'> {
  readonly model: string;
  /** In the order of the version's signature. */
  readonly features: readonly PredictionFeature[];
  /** What its version calls positive, and from which score on; null where the version is unknown or gone. */
  readonly meaning: { readonly positive: string; readonly threshold: number } | null;
  /** Who has labelled it here, and why, newest first. */
  readonly labelled: readonly Decision[];
}

/** GET /v1/predictions/{id}/opinions: what versions say of the same features now. */
export interface OpinionsAnswer {
  readonly opinions: readonly VersionOpinion[];
}

export interface VersionOpinion {
  readonly version: number;
  readonly aliases: readonly string[];
  /** Null where it cannot say, and `problem` says why. */
  readonly score: number | null;
  readonly threshold: number | null;
  readonly problem: string | null;
}

/** GET /v1/predictions/{id}/contributions: what each feature adds to the log-odds of the score, and by which method. */
export interface ContributionsAnswer {
  readonly version: number;
  /** What the version says of the features now. */
  readonly score: number;
  /** Average log-odds over the draws from the reference profile: where the contributions start. */
  readonly base: number;
  /** Log-odds of the score: where they end. */
  readonly logOdds: number;
  readonly pairs: number;
  readonly rows: number;
  readonly milliseconds: number;
  /** The largest first. */
  readonly contributions: readonly Contribution[];
}

export interface Contribution {
  readonly feature: string;
  readonly value: number | string | null;
  /** Log-odds. */
  readonly contribution: number;
  /** Of the Monte Carlo estimate: another draw would give about so much more or less. */
  readonly standardError: number;
}

/** GET /v1/review: those that a person should label. */
export interface ReviewAnswer {
  readonly model: string;
  /** Of so many of the latest answers. */
  readonly considered: number;
  readonly predictions: readonly ReviewedPrediction[];
}

/** POST /v1/predictions/{id}/label */
export interface LabelAnswer {
  readonly decision: Decision;
}
