// Latencies of millions of requests in constant memory: counts in buckets that grow by 1 %, so a quantile is right to 1 %.

export interface LatencyHistogram {
  add(ms: number): void;
  readonly count: number;
  /** The smallest bucket's upper end below which at least this share lies, milliseconds; 0 where there is nothing. */
  quantile(share: number): number;
  /** Exact. */
  readonly max: number;
}

const smallest = 0.001;
const growth = Math.log(1.01);
/** The last bucket holds everything from some 8 minutes on. */
const buckets = 2010;

export function latencyHistogram(): LatencyHistogram {
  const counts = new Float64Array(buckets);
  let count = 0;
  let max = 0;
  return {
    add(ms) {
      const bucket = Math.ceil(Math.log(Math.max(ms, smallest) / smallest) / growth);
      counts[Math.min(bucket, buckets - 1)]!++;
      count++;
      max = Math.max(max, ms);
    },
    get count() {
      return count;
    },
    quantile(share) {
      const wanted = share * count;
      let seen = 0;
      for (let bucket = 0; bucket < buckets; bucket++) {
        seen += counts[bucket]!;
        if (seen > 0 && seen >= wanted) return Math.min(max, smallest * Math.exp(bucket * growth));
      }
      return 0;
    },
    get max() {
      return max;
    },
  };
}
