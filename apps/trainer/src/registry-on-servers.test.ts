// A trainer whose registry is a PostgreSQL that other hosts share: what it makes is there, and its password is nowhere else.

import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startBroker } from '@flightdeck/queue';
import { openRegistry } from '@flightdeck/registry';
import { expect, it, onTestFinished } from 'vitest';
import { openWorkshop } from './workshop.fixture.ts';

it('a training lands in the shared registry, and neither jobs nor files hold its password', {
  timeout: 300_000,
}, async () => {
  const workshop = await openWorkshop(null);
  onTestFinished(workshop.close);
  const { home, queue, hire } = workshop;
  const postgres = await startBroker({ home: `${home}-postgres`, kind: 'embedded-postgres' });
  onTestFinished(async () => {
    await postgres.stop();
    const [, placeForRoot] = /data in (\/var\/tmp\/flightdeck-[0-9a-f]+)/.exec(postgres.description) ?? [];
    for (const path of [`${home}-postgres`, placeForRoot ?? home])
      await rm(path, { recursive: true, force: true });
  });
  const artifactsUrl = `${home}-volume`;
  await hire({ DATABASE_URL: postgres.url, ARTIFACTS_URL: artifactsUrl });
  const job = {
    model: 'flight-delay',
    rows: 2_000,
    seed: 1,
    actor: 'test',
    reason: 'to share it',
    key: '',
    promote: true,
  };
  const { id } = await queue.submit(job);
  expect(await queue.wait(id)).toMatchObject({ version: 1, promoted: true });

  const registry = await openRegistry({ home, databaseUrl: postgres.url, artifactsUrl });
  onTestFinished(registry.close);
  const champion = await registry.versions.resolve(job.model, 'champion');
  await registry.versions.verify(champion);
  expect(champion.runId).toBe(id);

  const written = await filesBelow(home);
  expect(written.filter((path) => /registry\.sqlite|artifacts/.test(path))).toEqual([]);
  // Redis logs every command, so the jobs' data are among what is searched.
  const { password } = new URL(postgres.url);
  for (const path of written) expect((await readFile(path)).includes(password), path).toBe(false);
});

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}
