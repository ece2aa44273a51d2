// What a replay counts while it runs, and the summary it ends with: in all, and by phase (the scenarios at work, or "normal").

import { z } from 'zod';
import { type LatencyHistogram, latencyHistogram } from './latency-histogram.ts';

export const routes = ['predict', 'events', 'labels'] as const;
export type Route = (typeof routes)[number];

const count = z.int().nonnegative();

/** Milliseconds; of predict requests that were answered with 200, retries included. */
const latencySummary = z.object({ p50: z.number(), p99: z.number(), p999: z.number(), max: z.number() });

const figures = z.object({
  /** Rows that got a prediction, and rows that were refused one. */
  predicted: count,
  refused: count,
  /** Requests, each attempt for itself. */
  requests: count,
  /** By route, then by status; "none" where there was no answer. */
  statuses: z.record(z.enum(routes), z.record(z.string(), count)),
  /** Refusals by error code. */
  codes: z.record(z.string(), count),
  /** Open loop: from when a request was due. Closed loop: from when it was first sent. */
  latency: latencySummary,
  /** Open loop: how late the replay itself was to send. Near the latencies, it is the replay that is measured. */
  lateness: latencySummary,
});

export const summarySchema = z.object({
  /** Whether it got to its end; otherwise it goes on from its state file. */
  complete: z.boolean(),
  /** Event time up to which all is done, ISO 8601. */
  position: z.string(),
  seconds: z.number(),
  requestsPerSecond: z.number(),
  /** Seconds of event time a second of real time, the warm-up left out. */
  speed: z.number(),
  total: figures,
  phases: z.record(z.string(), figures),
  events: z.object({ sent: count, accepted: count, duplicate: count, late: count, refused: count }),
  /** `unknown`: their predictions were not in the log (yet); `withheld` by a scenario; `orphaned`: their rows got no prediction. */
  labels: z.object({ sent: count, unknown: count, refused: count, withheld: count, orphaned: count }),
  /** The first refusals of each code, as they came. */
  examples: z.array(z.object({ route: z.enum(routes), code: z.string(), message: z.string() })),
});

export type Summary = z.infer<typeof summarySchema>;
type Figures = z.infer<typeof figures>;

export interface Refusal {
  readonly code: string;
  readonly message: string;
}

export interface Outcome {
  attempt(route: Route, status: number | 'none'): void;
  refusal(route: Route, refusal: Refusal): void;
  lateness(ms: number): void;
  predicted(rows: number, latencyMs: number): void;
  unpredicted(rows: number): void;
  events(counts: Partial<Summary['events']>): void;
  label(fate: keyof Summary['labels'], labels: number): void;
  /** Counts from here on belong to this phase too. */
  enter(phase: string): void;
  soFar(): { readonly predicted: number; readonly requests: number };
  summary(run: Pick<Summary, 'complete' | 'position' | 'seconds' | 'speed'>): Summary;
}

const examplesPerCode = 3;

export function countOutcome(): Outcome {
  const total = tally();
  const phases = new Map<string, Tally>();
  const events = { sent: 0, accepted: 0, duplicate: 0, late: 0, refused: 0 };
  const labels = { sent: 0, unknown: 0, refused: 0, withheld: 0, orphaned: 0 };
  const examples: Summary['examples'] = [];
  let current: readonly Tally[] = [total];
  const each = (change: (tally: Tally) => void) => current.forEach(change);
  return {
    attempt: (route, status) => each((tally) => tally.attempt(route, status)),
    refusal(route, { code, message }) {
      each((tally) => tally.refusal(code));
      if (examples.filter((example) => example.code === code).length < examplesPerCode)
        examples.push({ route, code, message });
    },
    lateness: (ms) => each((tally) => tally.lateness.add(ms)),
    predicted: (rows, latencyMs) => each((tally) => tally.predicted(rows, latencyMs)),
    unpredicted: (rows) => each((tally) => tally.unpredicted(rows)),
    events(counts) {
      for (const [fate, count] of Object.entries(counts)) events[fate as keyof typeof events] += count;
    },
    label(fate, number) {
      labels[fate] += number;
    },
    enter(phase) {
      const found = phases.get(phase) ?? tally();
      phases.set(phase, found);
      current = [total, found];
    },
    soFar() {
      const { predicted, requests } = total.figures();
      return { predicted, requests };
    },
    summary(run) {
      const all = total.figures();
      return {
        ...run,
        requestsPerSecond: run.seconds > 0 ? all.requests / run.seconds : 0,
        total: all,
        phases: Object.fromEntries([...phases].map(([phase, tally]) => [phase, tally.figures()])),
        events,
        labels,
        examples,
      };
    },
  };
}

interface Tally {
  attempt(route: Route, status: number | 'none'): void;
  refusal(code: string): void;
  predicted(rows: number, latencyMs: number): void;
  unpredicted(rows: number): void;
  readonly lateness: LatencyHistogram;
  figures(): Figures;
}

function tally(): Tally {
  const statuses: Figures['statuses'] = { predict: {}, events: {}, labels: {} };
  const codes: Record<string, number> = {};
  const latency = latencyHistogram();
  const lateness = latencyHistogram();
  const counts = { predicted: 0, refused: 0, requests: 0 };
  return {
    attempt(route, status) {
      counts.requests++;
      statuses[route][status] = (statuses[route][status] ?? 0) + 1;
    },
    refusal(code) {
      codes[code] = (codes[code] ?? 0) + 1;
    },
    predicted(rows, latencyMs) {
      counts.predicted += rows;
      latency.add(latencyMs);
    },
    unpredicted(rows) {
      counts.refused += rows;
    },
    lateness,
    figures: () => ({
      ...counts,
      statuses,
      codes,
      latency: quantiles(latency),
      lateness: quantiles(lateness),
    }),
  };
}

function quantiles(histogram: LatencyHistogram): Figures['latency'] {
  return {
    p50: histogram.quantile(0.5),
    p99: histogram.quantile(0.99),
    p999: histogram.quantile(0.999),
    max: histogram.max,
  };
}
