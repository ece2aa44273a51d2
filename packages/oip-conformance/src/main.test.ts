// The command as people run it: its exit code, and what it prints.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startReferenceServer } from './reference-server.fixture.ts';
import type { Result } from './requirement.ts';

type Server = Awaited<ReturnType<typeof startReferenceServer>>;
let right: Server;
let broken: Server;

beforeAll(async () => {
  right = await startReferenceServer();
  broken = await startReferenceServer({ forgives: ['data-short', 'unknown-input'] });
});
afterAll(async () => {
  await right.close();
  await broken.close();
});

function run(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...words], (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

test('wrong use ends with 2 and says what is wrong', async () => {
  expect(await run('--fast')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('--fast'),
  });
});

test('a server that is not there ends with 2 too', async () => {
  const { code, stderr } = await run('http://127.0.0.1:1');
  expect(code).toBe(2);
  expect(stderr).toMatch(/^Nothing answers at http:\/\/127.0.0.1:1 /);
});

test('a breach ends with 1, and is told with what was expected and what came', async () => {
  const { code, stdout } = await run(broken.url, '--model', 'add', '--only', 'errors');
  expect(code).toBe(1);
  expect(stdout).toContain('FAIL  errors.data-short');
  expect(stdout).toContain('expected  a refusal, HTTP 4xx');
  expect(stdout).toContain('came      HTTP 200 application/json {"outputs":[]}');
  expect(stdout).toContain('warn  errors.unknown-input');
  expect(stdout).toMatch(/passed, 1 failed, 1 recommendations not followed, 0 skipped\n$/);
});

test('a recommendation that is not followed ends with 0', async () => {
  expect(await run(broken.url, '--model', 'add', '--only', 'errors.unknown-input')).toMatchObject({
    code: 0,
  });
});

test('a right server ends with 0, and --json prints the results as an array', async () => {
  const { code, stdout } = await run(right.url, '--model', 'add', '--json', '--only', 'infer.batch');
  expect(code).toBe(0);
  expect(JSON.parse(stdout) as Result[]).toMatchObject([
    { id: 'infer.batch', level: 'required', model: 'add', status: 'pass' },
  ]);
});

test('--list prints the table that the README has', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain((await run('--list')).stdout);
});
