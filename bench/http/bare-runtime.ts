// The other floor: ONNX Runtime running one prepared batch again and again, with nothing around it.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Flagship } from './flagship.ts';
import type { Row } from './requests.ts';

export interface BareRequest {
  readonly onnx: Uint8Array;
  readonly columns: readonly { readonly name: string; readonly type: 'number' | 'string' }[];
  readonly rows: readonly Row[];
  readonly seconds: number;
}

export interface BareResult {
  readonly runs: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly rssBytes: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
}

/** In a process of its own, as the server is. */
export async function bareRuntime({ onnx, signature, rows }: Flagship, batch: number, seconds: number) {
  const child = fork(join(import.meta.dirname, 'bare-runtime.child.ts'), {
    serialization: 'advanced',
    execArgv: [],
  });
  const request: BareRequest = {
    onnx,
    columns: signature.inputs.map(({ name, type }) => ({ name, type })),
    rows: Array.from({ length: batch }, (_, i) => rows[i % rows.length]!),
    seconds,
  };
  child.send(request);
  const [result] = (await once(child, 'message')) as [BareResult];
  child.kill();
  const { p50Ms, p99Ms, p999Ms, rssBytes } = result;
  return {
    name: `bare ONNX Runtime, ${batch.toLocaleString('en')} row${batch === 1 ? '' : 's'}`,
    requestsPerSecond: result.runs / result.seconds,
    rowsPerSecond: (result.runs * batch) / result.seconds,
    p50Ms,
    p99Ms,
    p999Ms,
    cpu: result.cpuSeconds / result.seconds,
    rssBytes,
    loadCpu: 0,
  };
}
