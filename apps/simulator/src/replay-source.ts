// What is replayed: recorded rows, each with what its caller knew, what happened to it and when, and how it ended.
//
// Times are whole minutes since 1970 UTC, as in the dataset; only what goes over the wire is in milliseconds.

export type Scalar = number | string | boolean | null;
export type Values = Readonly<Record<string, Scalar>>;

export interface ReplayRow {
  /** Unique within the source, and the same in every replay. */
  readonly id: number;
  /** What sticky assignment and experiments hash. */
  readonly unit: string;
  /** When it is predicted. */
  readonly time: number;
  /** What a caller knows then, as an instance's fields. */
  readonly instance: Values;
  readonly events: readonly ReplayEvent[];
  readonly label: 0 | 1;
  readonly knownAt: number;
}

export interface ReplayEvent {
  readonly type: string;
  /** Made from the row's id, so that the same event sent twice is known for a duplicate. */
  readonly id: string;
  readonly at: number;
  readonly columns: Values;
}

/** Which part of the recording is wanted. */
export interface Span {
  /** Rows before it never happened: neither they nor their events are replayed. */
  readonly rowsFrom: number;
  /** What happens before it has been replayed already. */
  readonly startAt: number;
  /** No row at or after it. */
  readonly to: number;
  /** How much later than recorded a label may be sent. */
  readonly slack: number;
}

export interface ReplaySource {
  /** Changes with anything that changes a row. */
  readonly version: string;
  /** In order of time, then id: the rows of a span to which something happens at or after its `startAt`. */
  rows(span: Span): AsyncIterable<ReplayRow>;
}
