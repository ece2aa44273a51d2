// The lockfile must list every platform's optional binary: npm leaves out those that a registry could not give on the day, and then
// `npm ci` fails there, or a Mac gets no binary. And it must name no registry's host, so that it installs from any.

import { readFileSync } from 'node:fs';

interface Entry {
  readonly resolved?: string;
  readonly optionalDependencies?: Record<string, string>;
}

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  packages: Record<string, Entry>;
};
const problems: string[] = [];

for (const [path, entry] of Object.entries(packages)) {
  for (const name of Object.keys(entry.optionalDependencies ?? {})) {
    if (!isListed(path, name))
      problems.push(
        `${path || 'the root'} wants ${name}, which is not in the lockfile: take an older version whose platforms all resolve.`,
      );
  }
  if (entry.resolved?.startsWith('http'))
    problems.push(`${path} names a registry's host: install with --omit-lockfile-registry-resolved.`);
}

if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log(`Lockfile: ${Object.keys(packages).length} packages, no platform missing.`);

/** Node's own resolution: the folder's node_modules, then each folder's above. */
function isListed(path: string, name: string): boolean {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (packages[`${at ? `${at}/` : ''}node_modules/${name}`]) return true;
    if (at === '') return false;
  }
}
