// What serving tells the prediction log. Times are milliseconds since 1970 UTC.

import type { LogLayout } from './prediction-tables.ts';

/** By feature; the data start at row `at` of the call. */
export type FeatureColumns = Readonly<Record<string, Float32Array | string[]>>;

interface LoggedRequest {
  /** The same object for every request that an endpoint's version answers on one side of a split. */
  readonly layout: LogLayout;
  /** Of `PredictionIds.nextRequest`. */
  readonly request: number;
  readonly requestId: string;
  readonly rows: number;
  /** One for all rows, or one a row. */
  readonly eventTime: number | ArrayLike<number>;
  readonly at: number;
  readonly latencyMs: number;
  /** Whom sticky assignment and experiments go by: one for all rows, or one a row. Null: the request's own id, which is what is read then. */
  readonly unit: string | null | readonly (string | null)[];
  /** By feature, one a row, places in `featureStatuses`. A feature that is not here was given in all rows. */
  readonly statuses?: Readonly<Record<string, Uint8Array>>;
}

export interface LoggedAnswer extends LoggedRequest {
  /** Copies the features of rows `from` to `to` (exclusive) into columns, whose data start at row `at`. */
  readonly copy: (from: number, to: number, columns: FeatureColumns, at: number) => void;
  /** One a row. */
  readonly scores: Float32Array;
}

export interface LoggedFailure extends LoggedRequest {
  /** Where it was known what the rows are. */
  readonly copy?: LoggedAnswer['copy'];
  /** The error's code. */
  readonly failure: string;
}

/** What a shadow version made of a request that another version answered. */
export interface LoggedShadow {
  readonly model: string;
  readonly version: number;
  readonly request: number;
  readonly rows: number;
  readonly eventTime: number | ArrayLike<number>;
  readonly latencyMs: number;
  /** One a row; null where it failed, for which `failure` has the error's code. */
  readonly scores: Float32Array | null;
  readonly failure: string | null;
}
