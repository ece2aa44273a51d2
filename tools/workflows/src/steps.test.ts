// The shell steps of the workflows, run as they stand there. What cannot run here is listed with its reason, so that a new step is either
// run or thought about.

import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { readWorkflows, repository, runScript, stepsOf } from './workflow-files.ts';

const steps = readWorkflows().flatMap(stepsOf);
const ran = new Set<string>();
const notHere: Readonly<Record<string, string>> = {
  'npm ci': 'it would replace the packages that this test runs with',
  'npm ci --ignore-scripts': 'the same',
  'npm run "$SCRIPT"': 'hours; each is an npm script',
  'for name in $NAMES; do npm run "bench:$name"; done': 'an hour; each is an npm script',
  'npm run demo -- --rows 20000': 'minutes; an npm script, which .ci/run runs',
  'npm run test:console': 'the same',
  'npm run bench:console': 'minutes; an npm script',
  '.ci/run': 'it runs this test',
  'tools/workflows/install-packages.sh': 'it installs packages of the system',
  'tools/workflows/test-on-own-node.sh': 'it runs all tests',
  'gh release create "$GITHUB_REF_NAME" --verify-tag --generate-notes flightdeck.yaml': 'it publishes',
};

/** The one step whose script has these words. */
function scriptWith(words: string): string {
  const [first, ...others] = new Set(
    steps.flatMap(({ step }) => (step.run?.includes(words) ? [step.run] : [])),
  );
  if (first === undefined || others.length > 0) throw new Error(`Not one step runs ${words}.`);
  ran.add(first.trim());
  return first;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'flightdeck-steps-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

it('a release is of the version that package.json has', () => {
  const { version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
  const output = join(temporaryFolder(), 'output');
  const release = (tag: string) =>
    runScript(scriptWith('check-version.sh'), {
      cwd: repository,
      env: { GITHUB_REF_NAME: tag, GITHUB_OUTPUT: output },
    });
  expect(release('v0.0.0-other')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining(`is not v${version}`),
  });
  expect(existsSync(output)).toBe(false);
  expect(release(`v${version}`).status).toBe(0);
  expect(readFileSync(output, 'utf8')).toBe(`version=${version}\n`);
});

it('an image is named in lower case, and only a release moves its major and minor', () => {
  const output = join(temporaryFolder(), 'output');
  const named = (VERSION: string) => {
    rmSync(output, { force: true });
    const env = { GITHUB_OUTPUT: output, APP: 'serving', OWNER: 'Octo-Cat', VERSION };
    expect(runScript(scriptWith('name-image.sh'), { cwd: repository, env }).status).toBe(0);
    return readFileSync(output, 'utf8').trim().split('\n');
  };
  const name = 'ghcr.io/octo-cat/flightdeck-serving';
  expect(named('1.2.3')).toEqual([`name=${name}`, `tags=${name}:1.2.3,${name}:1.2,${name}:1`]);
  expect(named('1.2.3-rc.1')).toEqual([`name=${name}`, `tags=${name}:1.2.3-rc.1`]);
});

const hasKubectl = spawnSync('kubectl', ['kustomize', '--help']).status === 0;
const rendering = scriptWith('render-manifests.sh');
it.runIf(hasKubectl)("a release's manifests name its images", () => {
  const cwd = temporaryFolder();
  symlinkSync(join(repository, 'tools'), join(cwd, 'tools'));
  const render = (VERSION: string) =>
    runScript(rendering, { cwd, env: { GITHUB_REPOSITORY_OWNER: 'Octo-Cat', VERSION } });
  expect(render('1; rm')).toMatchObject({ status: 2, stderr: expect.stringContaining('Usage') });
  expect(render('1.2.3')).toMatchObject({ status: 0 });
  const text = readFileSync(join(cwd, 'flightdeck.yaml'), 'utf8');
  expect(parseAllDocuments(text).length).toBeGreaterThan(20);
  const images = [...text.matchAll(/image: (.*)/g)].map(([, image]) => image!);
  expect(images.length).toBeGreaterThan(3);
  for (const image of images) expect(image).toMatch(/^ghcr\.io\/octo-cat\/flightdeck-\w+:1\.2\.3$/);
});

it('benchmarks that say what is committed are no regression, and the page shows them', () => {
  const cwd = temporaryFolder();
  symlinkSync(join(repository, 'tools'), join(cwd, 'tools'));
  symlinkSync(join(repository, 'node_modules'), join(cwd, 'node_modules'));
  cpSync(join(repository, 'bench/results'), join(cwd, 'bench/results'), { recursive: true });
  for (const words of [
    ['init', '-q'],
    ['add', 'bench'],
    ['-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-qm', 'a'],
  ])
    execFileSync('git', ['-C', cwd, ...words]);
  const compare = () => {
    const env = { NAMES: 'serving windows', GITHUB_STEP_SUMMARY: join(cwd, 'summary') };
    return runScript(scriptWith('check-benchmarks.ts'), { cwd, env });
  };
  expect(compare()).toMatchObject({ status: 0 });
  expect(readFileSync(join(cwd, 'summary'), 'utf8')).toMatch(
    /\| serving: v1OneRowToEcho \| .* \| no worse \|/,
  );
  expect(readFileSync(join(cwd, 'history.ndjson'), 'utf8')).toMatch(/^\{.*\}\n$/);

  const path = join(cwd, 'bench/results/windows.json');
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll('"sameAnswers": true', '"sameAnswers": false'));
  expect(compare()).toMatchObject({ status: 1, stdout: expect.stringContaining('windows: sameAnswers') });
});

/** GitHub's API by a file that keeps comments; `gh` itself is asked for nothing but what it is called with. */
function withGitHub(cwd: string, openAt: string): { bin: string; calls: () => string[][] } {
  const bin = join(cwd, 'bin');
  mkdirSync(bin);
  const log = join(cwd, 'calls');
  const program = `#!/usr/bin/env node
const { appendFileSync, existsSync, writeFileSync } = require('node:fs');
const words = process.argv.slice(2);
appendFileSync(${JSON.stringify(log)}, JSON.stringify(words) + '\\n');
const posted = ${JSON.stringify(join(cwd, 'posted'))};
if (words.includes('GET')) console.log(process.env.HEAD_SHA === ${JSON.stringify(openAt)} ? '7' : '');
else if (words.includes('--paginate')) console.log(existsSync(posted) ? '41' : '');
else { writeFileSync(posted, ''); console.log('https://github.example/comment'); }
`;
  writeFileSync(join(bin, 'gh'), program);
  chmodSync(join(bin, 'gh'), 0o755);
  return {
    bin,
    calls: () =>
      (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []).map((line) => JSON.parse(line)),
  };
}

it('the comment is written once and then over, only on the pull request that still has this commit, and holds no markup of a branch', () => {
  const cwd = temporaryFolder();
  const evaluation = join(cwd, 'evaluation');
  const { bin, calls } = withGitHub(cwd, 'abc');
  const comment = (HEAD_SHA: string) =>
    runScript(scriptWith('comment-evaluation.sh'), {
      cwd: repository,
      env: {
        ...{ PATH: `${bin}:${process.env.PATH}`, GH_TOKEN: 'none', EVALUATION: evaluation, HEAD_SHA },
        ...{ REPOSITORY: 'a/b', HEAD_OWNER: 'somebody', HEAD_BRANCH: 'x$(touch pwned)`touch pwned`' },
      },
    });
  expect(comment('abc')).toMatchObject({ status: 0, stdout: expect.stringContaining('no evaluation') });
  expect(calls()).toEqual([]);

  mkdirSync(evaluation);
  const fixture = readFileSync(join(repository, 'apps/cli/src/report/result.fixture.json'), 'utf8');
  const branch = { ...JSON.parse(fixture), gate: { verdict: 'pass', reasons: ['<img src=x> @maintainer'] } };
  writeFileSync(join(evaluation, 'champion.json'), fixture);
  writeFileSync(join(evaluation, 'candidate.json'), JSON.stringify(branch));
  expect(comment('old')).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('No open pull request'),
  });
  expect(calls()).toHaveLength(1);
  expect(calls()[0]).toContain('head=somebody:x$(touch pwned)`touch pwned`');
  expect(existsSync(join(repository, 'pwned'))).toBe(false);

  expect(comment('abc')).toMatchObject({ status: 0 });
  const posted = calls().at(-1)!;
  expect(posted).toEqual(expect.arrayContaining(['POST', 'repos/a/b/issues/7/comments']));
  const body = posted.find((word) => word.startsWith('body='))!;
  expect(body).toMatch(/^body=<!-- flightdeck: train-and-gate -->\n### /);
  expect(body).not.toMatch(/<img|@maintainer/);
  expect(comment('abc').status).toBe(0);
  expect(calls().at(-1)).toEqual(expect.arrayContaining(['PATCH', 'repos/a/b/issues/comments/41']));

  writeFileSync(join(evaluation, 'candidate.json'), '{"model": "<script>"}');
  expect(comment('abc').status).not.toBe(0);
  expect(calls().at(-1)).toContain('GET');
});

it('a champion is trained, and a candidate that learned less is refused beside it', {
  timeout: 400_000,
}, () => {
  const cwd = temporaryFolder();
  for (const checkout of ['main', 'branch']) symlinkSync(repository, join(cwd, checkout));
  const env = { FLIGHTDECK_HOME: join(cwd, 'home'), GITHUB_STEP_SUMMARY: join(cwd, 'summary') };
  const champion = runScript(scriptWith('train-and-gate.sh champion'), {
    cwd,
    env: { ...env, ROWS: '2000' },
  });
  expect([champion.status, champion.stderr]).toEqual([0, expect.any(String)]);
  const candidate = runScript(scriptWith('train-and-gate.sh candidate'), {
    cwd,
    env: { ...env, ROWS: '1000' },
  });
  expect([candidate.status, candidate.stderr]).toEqual([3, expect.any(String)]);
  const summary = readFileSync(join(cwd, 'summary'), 'utf8');
  expect(summary).toMatch(/^### flight-delay: The gate (refuses it|cannot tell)/);
  expect(summary).toMatch(/\| ROC-AUC .*worse \|/);
  expect(summary).toContain('Both on the same');
  expect(summary.match(/```mermaid/g)).toHaveLength(3);
});

it('every step has been run here, or is listed with its reason', () => {
  const scripts = steps.flatMap(({ step }) => step.run?.trim() ?? []);
  expect(scripts.filter((script) => !ran.has(script) && !(script in notHere))).toEqual([]);
  expect(Object.keys(notHere).filter((script) => !scripts.includes(script))).toEqual([]);
});
