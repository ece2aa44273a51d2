// What one scrape says, as plain data: it can go to another process, be merged with what other processes say (merge.ts), and be
// written in either text format (exposition.ts). The shape is that of prom-client's JSON.

export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** What several processes' values of a gauge make together; counters and histograms are summed. */
  readonly aggregator: 'sum' | 'max' | 'min' | 'first';
  readonly values: readonly Sample[];
}

export interface Sample {
  /** Where it is not the family's: `x_bucket`, `x_sum`, `x_count`. */
  readonly metricName?: string;
  readonly labels: Labels;
  readonly value: number;
  readonly exemplar?: Exemplar;
}

export type Labels = Readonly<Record<string, string | number>>;

/** One request that fell into a bucket, for the way from a graph to a trace. */
export interface Exemplar {
  readonly traceId: string;
  readonly value: number;
  /** Seconds since 1970. */
  readonly timestamp: number;
}
