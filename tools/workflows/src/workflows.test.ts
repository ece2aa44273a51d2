import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validate } from '@actions/languageservice';
import { hashOf } from '@flightdeck/core';
import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { parse } from 'yaml';
import { jobsOf, readWorkflows, repository, stepsOf } from './workflow-files.ts';

const workflows = readWorkflows();
const has = (command: string) => spawnSync(command, ['--version']).status === 0;
const tools = { actionlint: has('actionlint'), shellcheck: has('shellcheck') };
for (const [tool, isHere] of Object.entries(tools))
  if (!isHere) console.warn(`!!! SKIPPED: ${tool} on the workflows: it is not on PATH`);

/** GitHub's own language service: the schema, and what each expression may name where it stands. */
async function problemsOf(text: string): Promise<readonly string[]> {
  // A name of its own: the service remembers what it has read under a name.
  const document = TextDocument.create(`file:///.github/workflows/${hashOf(text)}.yml`, 'yaml', 1, text);
  const diagnostics = await validate(document);
  return diagnostics.map(({ range, message }) => `${range.start.line + 1}: ${message}`);
}

it.each([
  ['an unknown key', 'jobs: { a: { runs-on: x, steps: [{ run: a, wih: 3 }] } }', /Unexpected value 'wih'/],
  ['an unknown right', 'jobs: { a: { permissions: { contents: reed } } }', /Unexpected value 'reed'/],
  ['an unknown function', 'jobs: { a: { runs-on: x, if: failre(), steps: [{ run: a }] } }', /failre/],
  [
    'an output of no step',
    "jobs: { a: { runs-on: x, steps: [{ run: a, if: steps.b.outputs.c == '' }] } }",
    /invalid: b/,
  ],
])('the check of workflows finds %s', async (_name, jobs, message) => {
  expect((await problemsOf(`on: push\n${jobs}\n`)).join('\n')).toMatch(message);
});

describe.each(workflows)('$file', (workflow) => {
  it('is a workflow', async () => {
    expect(await problemsOf(workflow.text)).toEqual([]);
  });

  it('has no right that its jobs do not name, a time limit for each, and one run at a time', () => {
    expect([{}, { contents: 'read' }]).toContainEqual(workflow.permissions);
    expect(workflow.concurrency).toBeDefined();
    for (const { name, job } of jobsOf(workflow))
      if (!job.uses) expect([name, job['timeout-minutes']]).toEqual([name, expect.any(Number)]);
  });

  it('pins every action by commit, and says which version that is', () => {
    for (const line of workflow.text.split('\n').filter((one) => /\buses:/.test(one)))
      expect(line).toMatch(
        /uses: (\.\/\.github\/workflows\/\w+\.yml$|[\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$)/,
      );
  });

  it('leaves no token behind a checkout', () => {
    for (const { step } of stepsOf(workflow))
      if (step.uses?.startsWith('actions/checkout@')) expect(step.with?.['persist-credentials']).toBe(false);
  });

  it('runs what is there, with a shell that minds a pipe, and puts no expression into a script', () => {
    expect(workflow.defaults?.run.shell).toBe('bash');
    for (const { step } of stepsOf(workflow)) {
      const script = step.run ?? '';
      expect(script).not.toContain('${{');
      for (const [path] of script.matchAll(/(?:tools|\.ci)\/[\w./-]+/g))
        expect([path, existsSync(join(repository, path))]).toEqual([path, true]);
    }
  });

  it('gives the code of a pull request no secret and nothing to write', () => {
    expect(workflow.on).not.toHaveProperty('pull_request_target');
    expect(workflow.text).not.toMatch(/\bsecrets\b/);
    for (const { name, job } of jobsOf(workflow)) {
      const mayWrite = Object.values(job.permissions ?? {}).includes('write');
      if (!mayWrite || !('pull_request' in workflow.on)) continue;
      expect([name, job.if]).toEqual([name, expect.stringContaining("github.event_name == 'push'")]);
    }
  });
});

it('what may write after a pull request checks out main and no branch', () => {
  const after = workflows.filter(({ on }) => 'workflow_run' in on);
  expect(after).toHaveLength(1);
  const checkouts = after.flatMap(stepsOf).filter(({ step }) => step.uses?.startsWith('actions/checkout@'));
  expect(checkouts.map(({ step }) => step.with?.ref)).toEqual([
    expect.stringMatching(/^\$\{\{ github\.event\.repository\.default_branch \}\}$/),
  ]);
});

it('one action is pinned to one commit', () => {
  const pins = workflows.flatMap(({ text }) => [...text.matchAll(/uses: ([\w-]+\/[\w-]+)[\w/-]*@(\w+)/g)]);
  const commits = Map.groupBy(pins, ([, action]) => action);
  for (const [action, uses] of commits)
    expect([action, new Set(uses.map(([, , commit]) => commit)).size]).toEqual([action, 1]);
});

it('the scripts of nightly jobs are npm scripts, and the benchmarks have committed results', () => {
  const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
  const { endurance, benchmarks } = workflows.find(({ file }) => file.endsWith('nightly.yml'))!
    .jobs as unknown as {
    endurance: { strategy: { matrix: { script: string[] } } };
    benchmarks: { env: { NAMES: string } };
  };
  for (const script of endurance.strategy.matrix.script) expect(scripts).toHaveProperty([script]);
  for (const name of benchmarks.env.NAMES.split(' ')) {
    expect(scripts).toHaveProperty([`bench:${name}`]);
    expect(existsSync(join(repository, `bench/results/${name}.json`))).toBe(true);
  }
});

it.runIf(tools.actionlint)('actionlint finds nothing', () => {
  const { status, stdout } = spawnSync('actionlint', ['-no-color'], { cwd: repository, encoding: 'utf8' });
  expect([status, stdout]).toEqual([0, '']);
});

it.runIf(tools.shellcheck)('shellcheck finds nothing in the scripts, nor in what workflows run', () => {
  const scripts = globSync('tools/workflows/*.sh', { cwd: repository });
  const files = spawnSync('shellcheck', [...scripts, '.ci/run'], { cwd: repository, encoding: 'utf8' });
  expect([files.status, files.stdout]).toEqual([0, '']);
  const steps = workflows.flatMap(stepsOf).flatMap(({ step }) => step.run ?? []);
  for (const input of steps) {
    const { status, stdout } = spawnSync('shellcheck', ['--shell=bash', '-'], { input, encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, '']);
  }
});

describe('beside the workflows', () => {
  const read = (path: string) => parse(readFileSync(join(repository, path), 'utf8'));

  it('owners are named for paths that are there', () => {
    const lines = readFileSync(join(repository, '.github/CODEOWNERS'), 'utf8').split('\n');
    const rules = lines
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.split(/\s+/));
    for (const [path, ...owners] of rules) {
      expect([path, path === '*' || existsSync(join(repository, path!))]).toEqual([path, true]);
      expect(owners.every((owner) => /^@[\w-]+(\/[\w-]+)?$/.test(owner))).toBe(true);
    }
  });

  it('dependabot looks after npm, actions and images', () => {
    const { version, updates } = read('.github/dependabot.yml') as {
      version: number;
      updates: { 'package-ecosystem': string; directory: string }[];
    };
    expect(version).toBe(2);
    expect(updates.map((one) => one['package-ecosystem'])).toEqual(['npm', 'github-actions', 'docker']);
  });

  it.each(['bug', 'idea'])('the form for a %s asks something, each thing once', (name) => {
    const form = read(`.github/ISSUE_TEMPLATE/${name}.yml`) as {
      name: string;
      description: string;
      body: { type: string; id: string; attributes: { label: string; options?: string[] } }[];
    };
    expect([form.name, form.description]).toEqual([expect.any(String), expect.any(String)]);
    expect(new Set(form.body.map(({ id }) => id)).size).toBe(form.body.length);
    for (const { type, attributes } of form.body) {
      expect(['textarea', 'input', 'dropdown']).toContain(type);
      expect(attributes.label).toBeTruthy();
      expect(attributes.options !== undefined).toBe(type === 'dropdown');
    }
  });

  it.each(['CONTRIBUTING.md', 'SECURITY.md', '.github/pull_request_template.md'])(
    '%s names what there is',
    (file) => {
      const text = readFileSync(join(repository, file), 'utf8');
      const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
      for (const [, script] of text.matchAll(/npm run ([\w:-]+)/g)) expect(scripts).toHaveProperty([script!]);
      for (const [, path] of text.matchAll(/`((?:docs|tools|\.ci|\.github)\/[\w./-]+)`/g))
        expect([path, existsSync(join(repository, path!))]).toEqual([path, true]);
    },
  );
});
