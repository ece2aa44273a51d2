import { execFileSync } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@flightdeck/core';
import { afterAll, expect, it } from 'vitest';
import { startRun, toyRegistration } from './fixtures.ts';
import { freshHome } from './fresh-home.fixture.ts';
import { openRegistry, type Registry } from './registry.ts';

// A real disk of 2 MB, which can run full and be made read-only. Mounting needs root; elsewhere the simulations in
// database.test.ts and artifacts.test.ts have to do.
const disk = await freshHome();
const mounted = mount('size=2m');
afterAll(() => {
  if (mounted) execFileSync('umount', [disk]);
});

it.runIf(mounted)(
  'a full disk refuses a version, keeps the others, and takes it when there is space',
  async () => {
    const home = join(disk, 'full');
    const filler = join(disk, 'filler');
    const registry = await openRegistry({ home });
    await startRun(registry);
    const first = await registry.versions.register(bigRegistration(1));
    await writeFile(filler, Buffer.alloc(1_000_000));
    const registering = registry.versions.register(bigRegistration(2));
    await expect(registering).rejects.toMatchObject({ code: 'DISK_FULL', retryable: true });
    await expect(registering).rejects.toThrow(/FLIGHTDECK_HOME/);
    await expectOnly(registry, 1);
    await registry.versions.verify(first);

    await rm(filler);
    await registry.versions.register(bigRegistration(2));
    await expectOnly(registry, 2, 1);
    await registry.close();
  },
);

it.runIf(mounted)('a disk without room for the database says so', async () => {
  const registry = await openRegistry({ home: join(disk, 'crowded') });
  const filler = join(disk, 'filler');
  await writeFile(filler, Buffer.alloc(3_000_000)).catch((error: unknown) => {
    expect(messageOf(error)).toMatch(/ENOSPC/);
  });
  const start = () =>
    registry.runs.start({ id: 'r', model: 'toy', parameters: 'x'.repeat(50_000), lineage: {} });
  await expect(start()).rejects.toMatchObject({ code: 'DISK_FULL' });
  await rm(filler);
  expect(await start()).toMatchObject({ attempt: 1 });
  await registry.close();
});

it.runIf(mounted)(
  'a registry on a read-only disk is refused, naming the file, and opens again when the disk is writable',
  async () => {
    const home = join(disk, 'read-only');
    await (await openRegistry({ home })).close();
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    const opening = openRegistry({ home });
    await expect(opening).rejects.toMatchObject({ code: 'STATE_NOT_WRITABLE' });
    await expect(opening).rejects.toThrow(join(home, 'registry.sqlite'));
    execFileSync('mount', ['-o', 'remount,rw', disk]);
    await (await openRegistry({ home })).close();
  },
);

function mount(options: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk], { stdio: 'pipe' });
    return true;
  } catch (error) {
    console.warn(`disk.test.ts is skipped: no small disk can be mounted here (${messageOf(error).trim()}).`);
    return false;
  }
}

function bigRegistration(seed: number) {
  return { ...toyRegistration(seed), files: { 'weights.bin': randomFillSync(new Uint8Array(500_000)) } };
}

async function expectOnly(registry: Registry, ...versions: number[]): Promise<void> {
  expect((await registry.versions.list('toy')).map((one) => one.version)).toEqual(versions);
}
