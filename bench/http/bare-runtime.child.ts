// The process behind `bareRuntime`.

import { once } from 'node:events';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { BareRequest, BareResult } from './bare-runtime.ts';

const [request] = (await once(process, 'message')) as [BareRequest & { readonly seconds: number }];
process.send!(await run(request));

async function run({
  onnx,
  feeds,
  seconds,
}: BareRequest & { readonly seconds: number }): Promise<BareResult> {
  const session = await InferenceSession.create(Buffer.from(onnx), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  const tensors = Object.fromEntries(
    Object.entries(feeds).map(([name, { type, data, dims }]) => [
      name,
      type === 'string' ? new Tensor(type, [...data], dims) : new Tensor(type, data, dims),
    ]),
  );
  const warmUntil = performance.now() + 200;
  while (performance.now() < warmUntil) await session.run(tensors);
  const times: number[] = [];
  const cpu = process.cpuUsage();
  const started = performance.now();
  let now = started;
  while (now - started < seconds * 1000) {
    await session.run(tensors);
    const then = now;
    now = performance.now();
    times.push(now - then);
  }
  const { user, system } = process.cpuUsage(cpu);
  const sorted = Float64Array.from(times).sort();
  const at = (share: number) => sorted[Math.floor(share * sorted.length)]!;
  return {
    runs: times.length,
    seconds: (now - started) / 1000,
    cpuSeconds: (user + system) / 1e6,
    rssBytes: process.memoryUsage().rss,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    p999Ms: at(0.999),
  };
}
