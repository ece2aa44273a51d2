// What monitoring has found over time: the numbers of reports, without the reports, which are large. Times are event time, milliseconds
// since 1970 UTC.

import type { Report } from '@flightdeck/monitoring';

type Item = Report['drift']['score']['item'];

/** GET /v1/drift/endpoints: whose reports there are. */
export interface MonitoredEndpointsAnswer {
  readonly endpoints: readonly MonitoredEndpoint[];
}

export interface MonitoredEndpoint {
  readonly endpoint: string;
  readonly model: string;
  /** The version of the latest report first. */
  readonly versions: readonly number[];
  /** Minutes, the shortest first. */
  readonly lengths: readonly number[];
}

/** GET /v1/drift: an endpoint's windows of one length, the earliest first. */
export interface DriftHistoryAnswer {
  readonly endpoint: string;
  readonly model: string;
  readonly lengthMinutes: number;
  readonly alarms: AlarmLimits | null;
  readonly windows: readonly WindowNumbers[];
}

/** What the policy says of windows of this length; null where it no longer knows the length. */
export interface AlarmLimits {
  readonly minimumRows: number;
  readonly minimumBlocks: number;
  /** How many windows in a row must exceed. */
  readonly persistence: {
    readonly service: number;
    readonly dataQuality: number;
    readonly drift: number;
    readonly quality: number;
  };
  /** Of the stability index, above what chance contributes. */
  readonly stabilityIndex: number;
  /** Features that are reported and raise no alarm. */
  readonly unwatched: readonly string[];
  readonly coverage: number;
}

export interface WindowNumbers {
  readonly version: number;
  readonly from: number;
  readonly to: number;
  readonly madeAt: number;
  readonly verdict: Report['verdict'];
  /** Everything that is not ok, worst first. */
  readonly findings: readonly Finding[];
  readonly drift: readonly DriftNumbers[];
  readonly service: Pick<Report['service'], 'verdict' | 'answered' | 'failed' | 'failures' | 'latencyMs'>;
  readonly dataQuality: Pick<Report['dataQuality'], 'verdict'>;
  readonly quality: Pick<
    Report['quality'],
    | 'verdict'
    | 'rows'
    | 'positives'
    | 'coverage'
    | 'metrics'
    | 'eceNoise'
    | 'cause'
    | 'because'
    | 'labelsSuspect'
  >;
}

export type Finding = Pick<Item, 'item' | 'verdict' | 'message'>;

export interface DriftNumbers {
  /** Null for the score. */
  readonly feature: string | null;
  /** The stability index above its noise; null where it could not be computed. */
  readonly value: number | null;
  readonly verdict: Item['verdict'];
  readonly exceeds: boolean;
  readonly streak: number;
}

/** GET /v1/drift/window: of one report what lies behind its numbers. */
export interface DriftWindowAnswer {
  readonly window: WindowNumbers;
  readonly dataQuality: Report['dataQuality'];
  /** Of the feature that was asked for, or the score. */
  readonly distribution: Report['drift']['score'];
}
