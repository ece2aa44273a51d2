// The kit that all tests share, which builds the console: broker, serving, trainer and controller over a copy of what the demo has left, with keys.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { request } from '@playwright/test';

const root = join(import.meta.dirname, '../../..');
/** Of the demo's own kit: `demo` below the state directory. */
const demoHome =
  process.env.CONSOLE_TEST_HOME ?? join(process.env.FLIGHTDECK_HOME ?? join(root, '.flightdeck'), 'demo');

const keys = [
  { name: 'ada', key: 'a-key-that-may-change-things', scopes: ['admin'] },
  { name: 'reader', key: 'a-key-that-may-only-read', scopes: ['read'] },
];

export default async function startKit(): Promise<() => Promise<void>> {
  if (!existsSync(join(demoHome, 'registry.sqlite')))
    throw new Error(`There is nothing to show in ${demoHome}. Run: npm run demo -- --rows 20000`);
  const home = await mkdtemp(join(tmpdir(), 'flightdeck-console-'));
  // Whose it is, and what was up on it, are not ours.
  const isState = (path: string) => !/\.lock|\.pid$|\/logs$/.test(path);
  await cp(demoHome, home, { recursive: true, filter: isState });
  const kit = spawn(process.execPath, [join(root, 'apps/cli/src/main.ts'), 'up', '--port', '0'], {
    env: { ...process.env, FLIGHTDECK_HOME: home, CONTROLLER_KEYS: JSON.stringify(keys), NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => kit.once('exit', resolve));
  const { serving, controller } = await addressesIn(kit.stdout);
  Object.assign(process.env, {
    CONSOLE_URL: controller,
    CONSOLE_SERVING_URL: serving,
    CONSOLE_KIT_HOME: home,
  });
  await mkdir('test-results', { recursive: true });
  for (const [who, { key }] of [
    ['admin', keys[0]!],
    ['reader', keys[1]!],
  ] as const)
    await signIn(controller, key, who);
  return async () => {
    kit.kill('SIGTERM');
    await ended;
    await rm(home, { recursive: true, force: true });
  };
}

/** From what `flightdeck up` prints when everything is up. */
async function addressesIn(output: NodeJS.ReadableStream): Promise<{ serving: string; controller: string }> {
  const found: Record<string, string> = {};
  for await (const line of createInterface({ input: output })) {
    const [, name, url] = /^\s*(Serving|Controller)\s+(http:\/\/\S+)/.exec(line) ?? [];
    if (name && url) found[name.toLowerCase()] = url;
    if (found.serving && found.controller) return found as { serving: string; controller: string };
  }
  throw new Error('The kit ended before it was up.');
}

/** Leaves the session's cookie in a file, with which a test's browser begins. */
async function signIn(url: string, key: string, who: string): Promise<void> {
  const browser = await request.newContext({ baseURL: url, extraHTTPHeaders: { origin: url } });
  const answer = await browser.post('/v1/session', { data: { key } });
  if (!answer.ok()) throw new Error(`Signing in was answered with ${answer.status()}.`);
  await browser.storageState({ path: `test-results/${who}.json` });
  await browser.dispose();
}
