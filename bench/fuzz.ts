// npm run fuzz:serving: 100,000 hostile requests over every transport and encoding. None may be answered with a 5xx, none may end
// the server, make it grow, or create a series in its metrics.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot, seededRandom } from '@flightdeck/core';
import { importModel } from '@flightdeck/model-import';
import { addModel, identityModel, lookupModel, sequenceModel } from '@flightdeck/onnx/fixtures';
import { openRegistry } from '@flightdeck/registry';
import { fuzzConnection } from './fuzz/connection.ts';
import { hostileRequest } from './fuzz/mutations.ts';
import { identityTypes, key, templates } from './fuzz/templates.ts';
import { type ServerProcess, startServer, whenReady } from './http/server-process.ts';
import { report, withTemporaryHome } from './measure.ts';

const total = Number(process.env.FUZZ_REQUESTS ?? 100_000);
const seed = Number(process.env.FUZZ_SEED ?? 1);
const connections = 16;
/** A process that has met everything levels off at some 470 MB and 3,300 series: routes, methods, statuses and codes are finite sets. */
const mostRssBytes = 560 * 1024 * 1024;
const mostSeries = 3_600;
/** Of the second half of the requests. Fewer than this many have not met everything yet, so that growth is still warming up. */
const mostGrowthBytes = 32 * 1024 * 1024;
const enoughToLevelOff = 50_000;

await withTemporaryHome(async (home) => {
  await importModels(home);
  await using server = await startServer(join(repositoryRoot, 'apps/serving/src/main.ts'), {
    FLIGHTDECK_HOME: home,
    SERVING_PORT: '0',
    SERVING_WORKERS: '1',
    SERVING_INVOCATIONS_MODEL: 'add',
    // The fuzzer may predict and not administrate: unloading a model is a sound answer to a sound request.
    SERVING_KEYS: JSON.stringify([{ name: 'fuzzer', key, scopes: ['predict', 'metrics'] }]),
    LOG_LEVEL: 'fatal',
  });
  await whenReady(server);
  let crashed = false;
  server.child.once('exit', () => {
    crashed = true;
  });

  await assertSound(server);
  const random = seededRandom(seed);
  const statuses: Record<string, number> = {};
  const finds: { request: string; reply: string }[] = [];
  const rss: number[] = [];
  const series: number[] = [];
  let sent = 0;
  const attack = async () => {
    const connection = fuzzConnection(server.port);
    while (sent < total && !crashed) {
      if (sent++ % Math.ceil(total / 20) === 0) {
        rss.push(server.rssBytes());
        series.push(await seriesOf(server));
      }
      const request = hostileRequest(templates[random.integer(templates.length)]!, random);
      const reply = await connection.exchange(request);
      statuses[reply.status] = (statuses[reply.status] ?? 0) + 1;
      if (reply.status >= 500)
        finds.push({ request: Buffer.from(request).toString('latin1'), reply: reply.text });
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, attack));
  if (!crashed) await assertSound(server);
  rss.push(server.rssBytes());
  series.push(await seriesOf(server));
  if (finds.length > 0) await writeFile('fuzz-finds.json', JSON.stringify(finds.slice(0, 50), null, 2));

  const growth = rss.at(-1)! - rss[10]!;
  await report(
    'fuzz',
    {
      seed,
      requests: sent,
      statuses,
      serverErrors: finds.length,
      rssBytes: rss,
      growthBytes: growth,
      series,
    },
    {
      noServerError: finds.length === 0,
      noCrash: !crashed,
      memoryIsBounded: Math.max(...rss) < mostRssBytes,
      seriesAreBounded: series.at(-1)! < mostSeries,
      ...(total >= enoughToLevelOff && {
        noGrowth: growth < mostGrowthBytes,
        noNewSeries: series.at(-1)! <= series[15]!,
      }),
    },
  );
});

/** What is sound must be answered before and after, or the fuzzer would only have tested the refusal of everything. */
async function assertSound({ port }: ServerProcess): Promise<void> {
  for (const template of templates.filter(
    ({ name }) => !['load', 'unload', 'csv', 'v2 binary'].includes(name),
  )) {
    const { method, path, headers, body } = template;
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers,
      ...(method === 'POST' && { body: Uint8Array.from(body) }),
    });
    if (!answer.ok) throw new Error(`${template.name} is sound and was refused: ${await answer.text()}`);
  }
}

async function seriesOf({ port }: ServerProcess): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`, {
    headers: { authorization: `Bearer ${key}` },
  });
  return (await answer.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
}

async function importModels(home: string): Promise<void> {
  const registry = await openRegistry({ home });
  const models = {
    add: addModel(),
    lookup: lookupModel(),
    sequence: sequenceModel(),
    identity: identityModel(identityTypes),
  };
  for (const [name, bytes] of Object.entries(models))
    await importModel(registry, {
      name,
      bytes,
      actor: 'fuzz',
      reason: 'to be fuzzed',
      source: `${name}.onnx`,
    });
  await registry.close();
}
