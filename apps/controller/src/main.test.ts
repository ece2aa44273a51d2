// The process as a whole: how it starts, that it is killed and replaced, how it stops.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openRegistry, type Registry } from '@flightdeck/registry';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestBroker, type TestBroker } from './broker.fixture.ts';
import {
  freshHome,
  hour,
  model,
  monday,
  moveAlias,
  recordTraffic,
  registerVersions,
} from './traffic.fixture.ts';

const children: ChildProcess[] = [];
let broker: TestBroker;
let home: string;

beforeAll(async () => {
  broker = await startTestBroker();
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await broker?.stop();
});

beforeEach(async () => {
  home = await freshHome();
});

interface Started {
  readonly child: ChildProcess;
  /** Where it listens; rejects with its last words where it ends instead. */
  readonly url: Promise<string>;
}

function start(environment: Readonly<Record<string, string>> = {}): Started {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: {
      ...process.env,
      ...{
        FLIGHTDECK_HOME: home,
        FLIGHTDECK_BROKER_URL: broker.url,
        CONTROLLER_PORT: '0',
        CONTROLLER_TICK_MS: '100',
      },
      ...environment,
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  children.push(child);
  let words = '';
  child.stderr!.on('data', (data) => {
    words += data;
  });
  const url = Promise.race([
    once(child, 'message').then(([message]) => (message as { listening: string }).listening),
    once(child, 'close').then(([code]) => Promise.reject(new Error(`${code}: ${words}`))),
  ]);
  return { child, url };
}

describe('it does not start', () => {
  it.each([
    [
      'with a variable that is wrong',
      { CONTROLLER_TICK_MS: 'often' },
      /^2: ENV_INVALID: .*CONTROLLER_TICK_MS/,
    ],
    ['at an address for all without keys', { CONTROLLER_HOST: '0.0.0.0' }, /^1: KEYS_REQUIRED/],
    ['with keys that are none', { CONTROLLER_KEYS: '[]' }, /^1: KEYS_INVALID/],
    [
      'with two keys of serving',
      { SERVING_KEY: 'one', SERVING_KEY_FILE: '/one' },
      /^1: SERVING_KEY_INVALID: .*not both/,
    ],
    [
      'with a key of serving that cannot be read',
      { SERVING_KEY_FILE: '/no/such/file' },
      /^1: SERVING_KEY_INVALID: .*SERVING_KEY_FILE/,
    ],
    ['without its broker', { FLIGHTDECK_BROKER_URL: 'redis://127.0.0.1:1' }, /^1: BROKER_UNREACHABLE/],
  ])('%s', async (_, environment, words) => {
    await expect(start(environment).url).rejects.toThrow(words);
  });

  it('at a port that somebody holds', async () => {
    const { child, url } = start();
    const { port } = new URL(await url);
    await expect(start({ CONTROLLER_PORT: port }).url).rejects.toThrow(/^1: PORT_IN_USE: .*CONTROLLER_PORT/);
    child.kill('SIGKILL');
  });
});

it('stops when it is told to, and when its parent is gone, with nothing left behind', async () => {
  for (const end of [
    (child: ChildProcess) => child.kill('SIGTERM'),
    (child: ChildProcess) => child.disconnect(),
  ]) {
    const { child, url } = start();
    const live = await fetch(`${await url}/health/live`);
    expect(await live.json()).toEqual({ live: true });
    end(child);
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
  }
});

describe('killed', () => {
  let registry: Registry;
  beforeEach(async () => {
    registry = await openRegistry({ home });
    await registerVersions(registry, 2);
    return () => registry.close();
  });

  const kinds = async () => (await registry.decisions.list()).map(({ kind }) => kind).toReversed();

  it('in the middle of a rollout, it is replaced by the one that waited, and the rollout ends as it should', async () => {
    await mkdir(join(home, 'policies'));
    const rollout = {
      canary: [{ share: 0.3, minimumRequests: 300, minimumMinutes: 30 }],
      service: { errorIncrease: 0.1, p99Ratio: 3 },
      timeouts: { holdAfterMinutes: 600, haltAfterMinutes: 1_200 },
    };
    const policy = { latenessMinutes: 0, windows: [{ lengthMinutes: 10_080 }], rollout };
    await writeFile(join(home, 'policies', `${model}.json`), JSON.stringify(policy));
    const traffic = (from: number) => {
      const window = { from: monday + from * hour, to: monday + (from + 1) * hour, rows: 1_500 };
      return recordTraffic(
        home,
        { version: 1, ...window },
        { version: 2, variant: '2', ...window, seed: from + 5 },
      );
    };
    await traffic(0);
    const [first, second] = [start(), start()];
    const urls = await Promise.all([first.url, second.url]);
    const leads = async (url: string) =>
      ((await (await fetch(`${url}/v1/status`)).json()) as { leads: boolean }).leads;
    await expect.poll(async () => (await Promise.all(urls.map(leads))).filter(Boolean).length).toBe(1);
    await moveAlias(registry, 'challenger', 2);
    await expect.poll(kinds).toEqual(['start-rollout']);
    const leader = (await leads(urls[0]!)) ? first : second;
    leader.child.kill('SIGKILL');
    await traffic(1);
    await traffic(2);
    await expect.poll(async () => (await registry.rollouts.list())[0]?.status).toBe('full');
    expect(await kinds()).toEqual(['start-rollout', 'promote']);
    expect((await registry.versions.resolve(model, 'champion')).version).toBe(2);
    const other = leader === first ? second : first;
    other.child.kill('SIGTERM');
    expect((await once(other.child, 'exit'))[0]).toBe(0);
  });
});
