// Sides of a comparison over HTTP: so much load of these requests on a server, and what came of it. Rounds alternate between the sides, so
// that a machine that slows down slows all of them, and a ratio is the median over the rounds.

import { applyLoad, type LoadResult } from './load.ts';
import type { ServerProcess } from './server-process.ts';

export interface Measurement {
  readonly name: string;
  readonly requestsPerSecond: number;
  readonly rowsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  /** Cores that the server kept busy. */
  readonly cpu: number;
  readonly rssBytes: number;
  /** Cores that the load kept busy: at 1, it is the load that limits. */
  readonly loadCpu: number;
}

export interface Scenario {
  readonly name: string;
  readonly server: () => ServerProcess;
  readonly requests: readonly Uint8Array[];
  readonly rowsPerRequest: number;
  readonly connections: number;
}

/** Throws with the first answer that was not 200. */
export async function measure(scenario: Scenario, seconds: number): Promise<Measurement> {
  const server = scenario.server();
  await load(scenario, seconds / 4);
  const cpu = server.cpuSeconds();
  const result = await load(scenario, seconds);
  const answered = result.statuses['200'] ?? 0;
  if (result.firstRefusal !== null) throw new Error(`${scenario.name}: ${result.firstRefusal}`);
  return {
    name: scenario.name,
    requestsPerSecond: answered / result.seconds,
    rowsPerSecond: (answered * scenario.rowsPerRequest) / result.seconds,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    p999Ms: result.latency.p999,
    cpu: (server.cpuSeconds() - cpu) / result.seconds,
    rssBytes: server.rssBytes(),
    loadCpu: result.cpuSeconds / result.seconds,
  };
}

export function load({ server, requests, connections }: Scenario, forSeconds: number): Promise<LoadResult> {
  return applyLoad({ port: server().port, requests, connections, seconds: forSeconds, warmUpSeconds: 0 });
}

export function describe({ name, requestsPerSecond, rowsPerSecond, p99Ms }: Measurement): string {
  return `${name}: ${Math.round(requestsPerSecond)} requests/s, ${Math.round(rowsPerSecond)} rows/s, p99 ${p99Ms.toFixed(2)} ms`;
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** The round in the middle by requests a second. */
export function middle(measurements: readonly Measurement[]): Measurement {
  return [...measurements].sort((a, b) => a.requestsPerSecond - b.requestsPerSecond)[
    Math.floor(measurements.length / 2)
  ]!;
}
