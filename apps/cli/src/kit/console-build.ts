// The console is the one part of the kit that is built. Turbo does so where its sources have changed since, and takes what it made before
// where they have not.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf, repositoryRoot } from '@flightdeck/core';

/** Never in the way of the rest: where it cannot be built, it is told why. */
export async function buildConsole(tell: (line: string) => void): Promise<void> {
  const turbo = join(repositoryRoot, 'node_modules/.bin/turbo');
  const build = ['run', 'build', '--filter=@flightdeck/console', '--output-logs=errors-only', '--no-color'];
  try {
    await promisify(execFile)(turbo, build, { cwd: repositoryRoot });
  } catch (error) {
    const { stdout = '' } = error as { stdout?: string };
    tell(
      `The console could not be built, and the rest goes on without it: ${stdout.trim() || messageOf(error)}`,
    );
  }
}
