// What the benchmarks have measured (bench/results), as far as docs/scaling.md and its model use it.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@flightdeck/core';
import { z } from 'zod';

const load = z.object({
  name: z.string(),
  requestsPerSecond: z.number(),
  cpu: z.number(),
  rssBytes: z.number(),
});
const store = z.object({ updatesPerSecond: z.record(z.string(), z.number()) });
const window = z.object({ seconds: z.object({ sketch: z.number(), report: z.number() }) });
const logged = z.object({
  answeringMicroseconds: z.number(),
  writingMicroseconds: z.number(),
  bytesPerRow: z.number(),
  secondsToRead: z.number(),
});

const files = {
  'flagship-load': z.object({
    departures: z.number(),
    days: z.number(),
    busiestHour: z.number(),
    eventsPerDeparture: z.number(),
    store: z.object({ days: z.number(), events: z.number(), bytes: z.number() }),
  }),
  serving: z.object({ scenarios: z.array(load) }),
  'features-online': z.object({
    stores: z.object({ memory: store, redis: store }),
    serving: z.array(load),
  }),
  'prediction-log': z.object({
    rows: z.number(),
    log: z.object({ oneRow: logged, batches: logged }),
    labels: z.object({ perSecond: z.number(), secondsToJoin: z.number() }),
  }),
  reports: z.object({ bySize: z.record(z.string(), window) }),
  features: z.object({
    rows: z.object({ read: z.number() }),
    features: z.number(),
    seconds: z.object({ total: z.number() }),
    peakRssBytes: z.number(),
  }),
  train: z.object({
    rows: z.object({ read: z.number(), trained: z.number() }),
    seconds: z.object({ total: z.number(), train: z.number() }),
    peakRssBytes: z.number(),
  }),
  recalibration: z.object({
    retrained: z.object({ seconds: z.number(), rows: z.object({ trained: z.number() }) }),
    weeks: z.array(z.object({ recalibration: z.object({ seconds: z.number() }) })),
  }),
  soak: z.object({
    swaps: z.number(),
    requests: z.object({ failed: z.number() }),
    latencyMs: z.object({ p99: z.number() }),
    rssBytes: z.object({ most: z.number() }),
  }),
  overload: z.object({ results: z.array(z.object({ name: z.string(), goodputToPeak: z.number() })) }),
} as const;

export type Measurements = { readonly [Name in keyof typeof files]: z.infer<(typeof files)[Name]> };

export function readMeasurements(): Measurements {
  const read = (name: string) =>
    JSON.parse(readFileSync(join(repositoryRoot, 'bench/results', `${name}.json`), 'utf8')) as unknown;
  return Object.fromEntries(
    Object.entries(files).map(([name, schema]) => [name, schema.parse(read(name))]),
  ) as Measurements;
}

/** One kind of request under full load, by the name that its benchmark gave it. */
export function loadNamed(loads: readonly z.infer<typeof load>[], name: string): z.infer<typeof load> {
  const found = loads.find((one) => one.name === name);
  if (!found) throw new Error(`bench/results has no load named "${name}".`);
  return found;
}

/** Processor time of all threads of the server, microseconds. */
export function microsecondsOf({ cpu, requestsPerSecond }: z.infer<typeof load>): number {
  return (cpu * 1e6) / requestsPerSecond;
}
