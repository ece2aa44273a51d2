// The other floor: ONNX Runtime running one prepared batch again and again, with nothing around it. Cores of one machine are rarely
// strangers (they share a cache, a power budget, or are two halves of one core), so a floor for what keeps two of them busy is a
// loop on each, at the same time.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Flagship } from './flagship.ts';

/** A model and one batch for it. */
export interface BareRequest {
  readonly onnx: Uint8Array;
  readonly feeds: Readonly<Record<string, BareTensor>>;
}

export type BareTensor = { readonly dims: readonly number[] } & (
  | { readonly type: 'float32'; readonly data: Float32Array }
  | { readonly type: 'string'; readonly data: readonly string[] }
);

export interface BareResult {
  readonly runs: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly rssBytes: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
}

/** So many loops at once, each in a process of its own as a server is. One result a loop. */
export function bareRuntime(request: BareRequest, seconds: number, loops: number): Promise<BareResult[]> {
  return Promise.all(Array.from({ length: loops }, () => bareLoop(request, seconds)));
}

async function bareLoop(request: BareRequest, seconds: number): Promise<BareResult> {
  const child = fork(join(import.meta.dirname, 'bare-runtime.child.ts'), {
    serialization: 'advanced',
    execArgv: [],
  });
  child.send({ ...request, seconds });
  const [result] = (await once(child, 'message')) as [BareResult];
  child.kill();
  return result;
}

/** The flagship's own rows, as one batch. */
export function flagshipBatch({ onnx, signature, rows }: Flagship, size: number): BareRequest {
  const batch = Array.from({ length: size }, (_, i) => rows[i % rows.length]!);
  const dims = [size, 1];
  const feeds = signature.inputs.map(({ name, type }): [string, BareTensor] => [
    name,
    type === 'number'
      ? { type: 'float32', dims, data: Float32Array.from(batch, (row) => Number(row[name] ?? Number.NaN)) }
      : { type: 'string', dims, data: batch.map((row) => String(row[name] ?? '')) },
  ]);
  return { onnx, feeds: Object.fromEntries(feeds) };
}
