// What is found in the prediction log, in the words of whoever asks. Times are milliseconds since 1970 UTC.

import type { Database } from '@flightdeck/dataset';

export interface FoundPrediction {
  readonly id: string;
  readonly requestId: string;
  readonly eventTime: number;
  /** When it was answered. */
  readonly at: number;
  readonly endpoint: string;
  /** Null where a request failed before it was known which version would answer. */
  readonly version: number | null;
  readonly variant: string;
  readonly unit: string;
  /** Null where it failed. */
  readonly score: number | null;
  /** An error's code. */
  readonly failure: string | null;
  readonly latencyMs: number;
  /** The latest. */
  readonly label: 0 | 1 | null;
}

export interface ReviewedPrediction extends FoundPrediction {
  /** From which score on its version calls a row positive. */
  readonly threshold: number;
}

export interface LoggedFeature {
  readonly name: string;
  /** Null is missing. */
  readonly value: number | string | null;
  /** given, present, default or stale. */
  readonly status: string;
}

export interface LoggedShadowScore {
  readonly version: number;
  readonly score: number | null;
  readonly latencyMs: number;
  readonly failure: string | null;
}

export interface LoggedLabel {
  readonly label: 0 | 1;
  readonly knownAt: number;
  /** When it came. */
  readonly at: number;
  readonly actor: string;
}

export interface LoggedPrediction extends FoundPrediction {
  readonly features: readonly LoggedFeature[];
  readonly shadows: readonly LoggedShadowScore[];
  /** The one that counts first. */
  readonly labels: readonly LoggedLabel[];
}

export type Row = Awaited<ReturnType<Database['rows']>>[number];

export function foundIn(row: Row, label: 0 | 1 | null): FoundPrediction {
  return {
    id: String(row.id),
    requestId: String(row.request_id),
    eventTime: Number(row.event_time),
    at: Number(row.at),
    endpoint: String(row.endpoint),
    version: numberIn(row.version),
    variant: String(row.variant),
    unit: String(row.unit),
    score: numberIn(row.score),
    failure: row.failure === null ? null : String(row.failure),
    latencyMs: Number(row.latency_ms),
    label,
  };
}

/** A segment that has a feature has a status for each row; of features of other versions there is none. */
export function loggedFeatures(row: Row): LoggedFeature[] {
  return Object.keys(row)
    .filter((column) => column.startsWith('f:'))
    .map((column) => column.slice(2))
    .filter((name) => (row[`s:${name}`] ?? null) !== null)
    .map((name) => ({
      name,
      value: row[`f:${name}`] as number | string | null,
      status: String(row[`s:${name}`]),
    }));
}

export function shadowIn({ version, score, latency_ms, failure }: Row): LoggedShadowScore {
  return {
    version: Number(version),
    score: numberIn(score),
    latencyMs: Number(latency_ms),
    failure: failure === null ? null : String(failure),
  };
}

export function labelIn({ label, known_at, at, actor }: Row): LoggedLabel {
  return {
    label: Number(label) as 0 | 1,
    knownAt: Number(known_at),
    at: Number(at),
    actor: String(actor),
  };
}

function numberIn(value: Row[string] | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}
