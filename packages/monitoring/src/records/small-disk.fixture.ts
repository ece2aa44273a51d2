// A disk of a few hundred kilobytes, which can run full. Mounting one needs root.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '@flightdeck/core';

export interface SmallDisk {
  readonly folder: string;
  /** Takes all the space there is; returns the file to delete. */
  fill(): string;
  unmount(): void;
}

/** Null, and a warning, where it cannot be had. */
export function mountSmallDisk(): SmallDisk | null {
  const folder = mkdtempSync(join(tmpdir(), 'flightdeck-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    console.warn(`NOT TESTED: a full disk. Mounting a small disk needs root: ${messageOf(error)}`);
    rmdirSync(folder);
    return null;
  }
  return {
    folder,
    fill() {
      const { bavail, bsize } = statfsSync(folder);
      const filler = join(folder, 'filler');
      writeFileSync(filler, Buffer.alloc(bavail * bsize));
      return filler;
    },
    unmount() {
      execFileSync('umount', [folder]);
      rmdirSync(folder);
    },
  };
}
