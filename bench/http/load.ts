// A load on an HTTP server, from a process of its own: so many connections that each wait for an answer before they ask again
// (closed loop), or so many requests a second whether or not there are answers (open loop).

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface Load {
  readonly port: number;
  /** Whole HTTP/1.1 requests, sent in turn. */
  readonly requests: readonly Uint8Array[];
  readonly connections: number;
  readonly seconds: number;
  /** Seconds before the measurement begins. */
  readonly warmUpSeconds: number;
  /** Requests a second; a closed loop where left out. */
  readonly rate?: number;
}

export interface LoadResult {
  readonly seconds: number;
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Connections that broke, and requests that were lost with them. */
  readonly broken: number;
  /**
   * Milliseconds of the answers with a status of 200. In an open loop they count from when the request was due, so that a server
   * that stalls cannot hide it (G. Tene, "How NOT to Measure Latency").
   */
  readonly latency: {
    readonly p50: number;
    readonly p99: number;
    readonly p999: number;
    readonly max: number;
  };
  /** The same, one by one, in no order. */
  readonly latencies: Float64Array;
  /** Processor seconds of the load itself: near `seconds`, it is the load that is measured. */
  readonly cpuSeconds: number;
  /** Requests that were due in an open loop; 0 in a closed one. */
  readonly due: number;
  /** Those of them that found every connection busy, as a caller does whom the server's limit of connections turns away. */
  readonly turnedAway: number;
  /** The first answer that was not 200, to see what is wrong. */
  readonly firstRefusal: string | null;
}

export async function applyLoad(load: Load): Promise<LoadResult> {
  const child = fork(join(import.meta.dirname, 'load.child.ts'), { serialization: 'advanced', execArgv: [] });
  child.send(load);
  const [result] = (await once(child, 'message')) as [LoadResult];
  child.kill();
  await once(child, 'exit');
  return result;
}
