import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../context.fixture.ts';
import { kitIsUp, tryKitLock } from './kit-lock.ts';

it('is held by one at a time, and free again when it is released', async () => {
  const home = join(await temporaryFolder(), 'made');
  const lock = tryKitLock(home);
  expect(lock).not.toBeNull();
  expect(tryKitLock(home)).toBeNull();
  expect(kitIsUp(home)).toBe(true);
  lock!.release();
  expect(kitIsUp(home)).toBe(false);
  expect(kitIsUp(home)).toBe(false); // asking does not take it
});

it('names the path where it cannot be made', async () => {
  const file = join(await temporaryFolder(), 'file');
  await writeFile(file, '');
  expect(() => tryKitLock(join(file, 'home'))).toThrowError(
    expect.objectContaining({ code: 'STATE_NOT_WRITABLE' }),
  );
});
