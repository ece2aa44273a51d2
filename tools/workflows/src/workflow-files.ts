// The workflows of .github as data, and their shell steps as GitHub runs them.

import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

type Permissions = Readonly<Record<string, string>>;

export interface Job {
  readonly if?: string;
  readonly uses?: string;
  readonly permissions?: Permissions;
  readonly 'timeout-minutes'?: number;
  readonly steps?: readonly Step[];
}

export interface Workflow {
  readonly file: string;
  readonly text: string;
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: Permissions;
  readonly concurrency?: object;
  readonly defaults?: { readonly run: { readonly shell: string } };
  readonly jobs: Readonly<Record<string, Job>>;
}

export const repository = join(import.meta.dirname, '../../..');

export function readWorkflows(): readonly Workflow[] {
  return globSync('.github/workflows/*.yml', { cwd: repository })
    .sort()
    .map((file) => {
      const text = readFileSync(join(repository, file), 'utf8');
      return { ...(parse(text) as Workflow), file, text };
    });
}

export const jobsOf = (workflow: Workflow) =>
  Object.entries(workflow.jobs).map(([name, job]) => ({ workflow, name, job }));

export const stepsOf = (workflow: Workflow) =>
  jobsOf(workflow).flatMap(({ name, job }) => (job.steps ?? []).map((step) => ({ job: name, step })));

/** Runs a step's script as GitHub does with `shell: bash`. */
export function runScript(
  script: string,
  { cwd, env }: { cwd: string; env: Readonly<Record<string, string>> },
): SpawnSyncReturns<string> {
  const { PATH, HOME } = process.env;
  return spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
    cwd,
    env: { PATH, HOME, ...env },
    encoding: 'utf8',
  });
}
