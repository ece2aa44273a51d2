// Serving on several hosts: what they share is a PostgreSQL and a volume with the artifacts, and no state directory.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBroker } from '@flightdeck/queue';
import { openRegistry } from '@flightdeck/registry';
import { expect, onTestFinished, test, vi } from 'vitest';
import { makeChampion, registerSum } from '../sum-model.fixture.ts';
import { failure, launch, start } from './serving-process.fixture.ts';

vi.setConfig({ testTimeout: 120_000 });

/** A PostgreSQL to ourselves: the one that npm brings, which the kit otherwise uses as a broker. */
async function freshPlace() {
  const folder = await mkdtemp(join(tmpdir(), 'flightdeck-hosts-'));
  const postgres = await startBroker({ home: join(folder, 'postgres'), kind: 'embedded-postgres' });
  onTestFinished(async () => {
    await postgres.stop();
    const [, placeForRoot] = /data in (\/var\/tmp\/flightdeck-[0-9a-f]+)/.exec(postgres.description) ?? [];
    for (const path of [folder, placeForRoot ?? folder]) await rm(path, { recursive: true, force: true });
  });
  return { folder, databaseUrl: postgres.url, artifactsUrl: join(folder, 'volume') };
}

test('a promotion and a rollback reach every host, though each polls once in ten minutes only', async () => {
  const { folder, databaseUrl, artifactsUrl } = await freshPlace();
  const registry = await openRegistry({ home: folder, databaseUrl, artifactsUrl });
  onTestFinished(() => registry.close());
  const first = await registerSum(registry, { bias: 1 });
  await makeChampion(registry, first);
  const second = await registerSum(registry, { bias: 2 });
  const variables = { DATABASE_URL: databaseUrl, ARTIFACTS_URL: artifactsUrl, SERVING_POLL_MS: '600000' };
  await using one = await start(join(folder, 'one'), variables);
  await using two = await start(join(folder, 'two'), variables);
  const hosts = [one, two];
  const serve = (version: number) =>
    Promise.all(
      hosts.map((host) => host.line((line) => line.msg === 'model loaded' && line.version === version)),
    );
  await serve(1);
  await makeChampion(registry, second);
  await serve(2);
  const back = { model: 'sum', alias: 'champion', actor: 'a test', reason: 'it is worse' };
  await registry.aliases.rollback(back);
  const answers = await vi.waitUntil(
    async () => {
      const all = await Promise.all(hosts.map(({ port }) => predictedBy(port)));
      return all.every((version) => version === 1) && all;
    },
    { timeout: 30_000, interval: 20 },
  );
  expect(answers).toEqual([1, 1]);
});

test('a database that is not there ends the process with its name, the remedy, and no password', async () => {
  const { folder } = await freshPlace();
  await using launched = launch(folder, { DATABASE_URL: 'postgres://me:s3cret@127.0.0.1:1/models' });
  const { code, error } = await failure(launched);
  expect({ code, error }).toMatchObject({ code: 1, error: { code: 'REGISTRY_UNREACHABLE' } });
  expect(error.msg).toContain('postgres://me@127.0.0.1:1/models');
  expect(error.msg).not.toContain('s3cret');
});

async function predictedBy(port: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/models/sum/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ instances: [{ a: 1, origin: 'ATL' }] }),
  });
  const { predictions } = (await response.json()) as { predictions: { version: number }[] };
  return predictions[0]!.version;
}
