import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sha256 } from '@flightdeck/core';
import { expect, it } from 'vitest';
import { describeArtifacts } from './artifacts.contract.ts';
import { fileArtifacts } from './file-artifacts.ts';
import { freshHome } from './fresh-home.fixture.ts';

describeArtifacts('a folder', async (clock) => fileArtifacts(join(await freshHome(), 'artifacts'), clock));

const hash = sha256('abc');
const place = (home: string) => join(home, 'sha256', hash.slice(0, 2), hash);

it('says that a folder cannot be written where a file stands in its place', async () => {
  const home = join(await freshHome(), 'artifacts');
  await writeFile(home, '');
  const putting = fileArtifacts(home, () => 0).put(Buffer.from('abc'));
  await expect(putting).rejects.toMatchObject({ code: 'STATE_NOT_WRITABLE' });
});

it('mends a damaged blob when its content is put again', async () => {
  const home = await freshHome();
  const artifacts = fileArtifacts(home, () => 0);
  await mkdir(dirname(place(home)), { recursive: true });
  await writeFile(place(home), 'ab');
  await artifacts.put(Buffer.from('abc'));
  expect(String(await artifacts.get(hash))).toBe('abc');
});

it('drops the temporary files of killed writers, but not the young ones of writers at work', async () => {
  const home = await freshHome();
  const artifacts = fileArtifacts(home, () => 5_000);
  await artifacts.put(Buffer.from('abc'));
  for (const [name, time] of [['old', 1] as const, ['young', 9] as const]) {
    await writeFile(`${place(home)}.${name}.tmp`, 'a');
    await utimes(`${place(home)}.${name}.tmp`, time, time);
  }
  await artifacts.dropLeftovers(5_000);
  expect(await readdir(dirname(place(home)))).toEqual([hash, `${hash}.young.tmp`]);
  expect(await artifacts.list()).toHaveLength(1);
});
