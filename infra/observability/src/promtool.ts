// Prometheus' own tools, from Debian's packages `prometheus` and `prometheus-alertmanager`. Tests that need one skip without it, and say so.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export const infra = join(import.meta.dirname, '../..');

export interface Ran {
  readonly status: number | null;
  /** Both streams: what they complain of goes to either. */
  readonly said: string;
}

export function runTool(tool: string, ...args: readonly string[]): Ran {
  const { status, stdout, stderr } = spawnSync(tool, args, { encoding: 'utf8' });
  return { status, said: `${stdout}${stderr}` };
}

export function hasTools(...tools: readonly string[]): boolean {
  const missing = tools.filter((tool) => spawnSync(tool, ['--version']).error !== undefined);
  if (missing.length > 0)
    console.warn(
      `!!! SKIPPED, because ${missing.join(', ')} is not on PATH (Debian: prometheus, prometheus-alertmanager).`,
    );
  return missing.length === 0;
}
