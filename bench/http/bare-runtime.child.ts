// The process behind `bareRuntime`.

import { once } from 'node:events';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { BareRequest, BareResult } from './bare-runtime.ts';

const [request] = (await once(process, 'message')) as [BareRequest];
process.send!(await run(request));

async function run({ onnx, columns, rows, seconds }: BareRequest): Promise<BareResult> {
  const session = await InferenceSession.create(Buffer.from(onnx), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  const feeds = Object.fromEntries(
    columns.map(({ name, type }) => [
      name,
      type === 'number'
        ? new Tensor(
            'float32',
            Float32Array.from(rows, (row) => Number(row[name] ?? Number.NaN)),
            [rows.length, 1],
          )
        : new Tensor(
            'string',
            rows.map((row) => String(row[name] ?? '')),
            [rows.length, 1],
          ),
    ]),
  );
  for (let i = 0; i < 200; i++) await session.run(feeds);
  const times: number[] = [];
  const cpu = process.cpuUsage();
  const started = performance.now();
  let now = started;
  while (now - started < seconds * 1000) {
    await session.run(feeds);
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
