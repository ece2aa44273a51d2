// npm run bench:soak: 200 version swaps under load. Every swap loads another version, verifies it, runs its golden rows, warms it
// up and retires the one before; no request may fail, and memory must not grow with the number of swaps.

import { join } from 'node:path';
import { repositoryRoot } from '@flightdeck/core';
import { bundleFiles, openRegistry, type Registry } from '@flightdeck/registry';
import { trainFlagship } from './http/flagship.ts';
import { applyLoad } from './http/load.ts';
import { post } from './http/requests.ts';
import { type ServerProcess, startServer, whenReady } from './http/server-process.ts';
import { report, withTemporaryHome } from './measure.ts';

const swaps = Number(process.env.SOAK_SWAPS ?? 200);
/** The bound. 500 swaps reached 366 MiB after 320 of them, and stayed there. */
const mostRssBytes = 400 * 1024 * 1024;
const model = 'flight-delay';

await withTemporaryHome(async (home) => {
  const { rows } = await trainFlagship(home);
  const registry = await openRegistry({ home });
  const versions = [1, await registerCopy(registry, 'a copy'), await registerCopy(registry, 'another copy')];
  await using server = await startServer(join(repositoryRoot, 'apps/serving/src/main.ts'), {
    FLIGHTDECK_HOME: home,
    SERVING_PORT: '0',
    SERVING_WORKERS: '1',
    // Nothing is kept for a rollback: each swap is a load and an unload.
    SERVING_MEMORY_BUDGET_BYTES: '0',
    SERVING_POLL_MS: '20',
    // Else glibc keeps what is freed for the next load, and what is measured is its habits.
    MALLOC_TRIM_THRESHOLD_: '131072',
    MALLOC_MMAP_THRESHOLD_: '131072',
    LOG_LEVEL: 'warn',
  });
  await whenReady(server);

  const seconds = swaps * 0.25 + 10;
  const requests = rows.map((instance) => post(`/v1/models/${model}/predict`, JSON.stringify({ instance })));
  const load = applyLoad({
    port: server.port,
    requests,
    connections: 32,
    seconds,
    warmUpSeconds: 0,
    rate: 1_000,
  });
  const rss: number[] = [];
  const swapMs: number[] = [];
  for (let swap = 1; swap <= swaps; swap++) {
    const version = versions[swap % versions.length]!;
    const started = performance.now();
    await registry.aliases.set({ model, alias: 'champion', version, actor: 'soak', reason: `swap ${swap}` });
    await whenServed(server, version);
    swapMs.push(performance.now() - started);
    rss.push(server.rssBytes());
  }
  const { statuses, broken, latency, due } = await load;
  await registry.close();

  const answered = statuses['200'] ?? 0;
  const failed = Object.values(statuses).reduce((sum, count) => sum + count, 0) - answered + broken;
  await report(
    'soak',
    {
      swaps,
      requests: { due, answered, failed, statuses, broken },
      latencyMs: latency,
      swapMs: { median: [...swapMs].sort((a, b) => a - b)[swaps >> 1], longest: Math.max(...swapMs) },
      rssBytes: {
        after1: rss[0],
        after20: rss[19],
        after100: rss[99],
        last: rss.at(-1),
        most: Math.max(...rss),
      },
      mostRssBytes,
    },
    { noRequestFailed: failed === 0, memoryIsBounded: Math.max(...rss) < mostRssBytes },
  );
});

/** The champion's bundle again, with another model card, so that it is another version. */
async function registerCopy(registry: Registry, note: string): Promise<number> {
  const version = await registry.versions.resolve(model, '1');
  const bundle = await registry.versions.open(version);
  const files: Record<string, Uint8Array> = {};
  for (const { path } of bundle.files) files[path] = await bundle.read(path);
  files[bundleFiles.modelCard] = Buffer.from(`# ${note}\n`);
  const { runId, metrics, gate } = version;
  return (await registry.versions.register({ model, runId, files, metrics, gate, createdBy: 'soak' }))
    .version;
}

async function whenServed({ port }: ServerProcess, version: number): Promise<void> {
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/models`);
    const { models } = (await answer.json()) as { models: { served: { version: number } | null }[] };
    if (models[0]?.served?.version === version) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
