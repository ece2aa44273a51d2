// The metrics of a whole instance: those of its processes together, and what only the primary knows.

import type { Family } from '../metrics/family.ts';
import { gauge } from '../metrics/instruments.ts';
import { mergeFamilies, totals } from '../metrics/merge.ts';

export interface WorkersState {
  readonly taking: number;
  readonly starting: number;
  readonly restarts: number;
  readonly droppedConnections: number;
}

export function workerFamilies({
  taking,
  starting,
  restarts,
  droppedConnections,
}: WorkersState): readonly Family[] {
  const count = (name: string, help: string, value: number): Family => ({
    name,
    help,
    type: 'counter',
    aggregator: 'sum',
    values: [{ labels: {}, value }],
  });
  return [
    gauge(
      { name: 'flightdeck_serving_workers', help: 'Event loops, by whether they take connections yet.' },
      'sum',
      [
        { labels: { state: 'taking' }, value: taking },
        { labels: { state: 'starting' }, value: starting },
      ],
    ),
    count('flightdeck_worker_restarts_total', 'Workers that crashed and were replaced.', restarts),
    count(
      'flightdeck_dropped_connections_total',
      'Connections that were closed because too many waited while no worker took any.',
      droppedConnections,
    ),
  ];
}

export interface InstanceMetrics {
  gather(): Promise<readonly Family[]>;
  /** The worker is gone; what it counted stays counted, as far as it was told. */
  left(worker: number): void;
}

export interface InstanceMetricsOptions {
  /** What the workers tell now, of those that answer in time. */
  readonly ask: () => Promise<ReadonlyMap<number, readonly Family[]>>;
  /** What the primary tells of itself and of them. */
  readonly own: () => Promise<readonly Family[]>;
}

/** Totals never go backwards: a worker that does not answer counts with what it told last, alive or not. */
export function instanceMetrics({ ask, own }: InstanceMetricsOptions): InstanceMetrics {
  const last = new Map<number, readonly Family[]>();
  let gone: readonly Family[] = [];
  let underWay: Promise<readonly Family[]> | undefined;

  async function gather(): Promise<readonly Family[]> {
    for (const [worker, families] of await ask()) last.set(worker, families);
    return mergeFamilies([...last.values(), gone, await own()]);
  }

  return {
    gather() {
      // Who asks while another one waits for the answer gets the same.
      underWay ??= gather().finally(() => {
        underWay = undefined;
      });
      return underWay;
    },
    left(worker) {
      gone = mergeFamilies([gone, totals(last.get(worker) ?? [])]);
      last.delete(worker);
    },
  };
}
