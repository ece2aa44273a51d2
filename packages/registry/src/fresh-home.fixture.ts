// A state directory for tests, gone when the test file is done.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const homes: string[] = [];

afterAll(() => Promise.all(homes.map((home) => rm(home, { recursive: true, force: true }))));

export async function freshHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'flightdeck-registry-'));
  homes.push(home);
  return home;
}
