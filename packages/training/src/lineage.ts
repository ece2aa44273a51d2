// Which code a run ran: the commit where there is a git checkout, and a hash of the sources themselves, which also tells two
// uncommitted states apart and exists where the kit was downloaded as an archive.

import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hashOf, repositoryRoot, sha256 } from '@flightdeck/core';

const sourceFolders = ['packages', 'models', 'datasets'];

/** SHA-256 over the names and contents of every TypeScript source that can change a trained model, tests excepted. */
export async function codeVersion(): Promise<string> {
  const paths = (await Promise.all(sourceFolders.map(sourcesBelow))).flat().sort();
  const contents = await Promise.all(paths.map((path) => readFile(join(repositoryRoot, path))));
  return hashOf(paths.map((path, index) => [path, sha256(contents[index]!)]));
}

async function sourcesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(join(repositoryRoot, folder), { withFileTypes: true });
  const found = await Promise.all(
    entries.map((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : sourcesBelow(path);
      return entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts') ? [path] : [];
    }),
  );
  return found.flat();
}

/** The checked-out commit, or null outside a git checkout. */
export async function currentCommit(): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('git', ['rev-parse', 'HEAD'], { cwd: repositoryRoot });
    return stdout.trim();
  } catch {
    return null;
  }
}
