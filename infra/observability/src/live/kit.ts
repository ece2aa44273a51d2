// The real system at a small scale, over a state directory of its own, driven as people drive it: by the command line and the controller's
// API. At its end a rollout is in its shadow, an experiment has been concluded, and a recalibration has been tried.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { infra } from '../promtool.ts';
import { freePort, type Program, runProgram, startProgram } from './processes.ts';

export interface Kit {
  /** "host:port" by job. */
  readonly targets: Readonly<Record<'serving' | 'controller' | 'trainer', string>>;
  readonly controller: string;
  /** Traffic of these days, to its end. */
  replay(from: string, to: string, ...more: readonly string[]): Promise<void>;
  /** Traffic that goes on until the kit stops. */
  replayOn(from: string, to: string): void;
  post(path: string, body: object): Promise<void>;
  /** Asks until there is an answer. */
  until<Seen>(what: string, path: string, look: (body: never) => Seen | undefined): Promise<Seen>;
  stop(): Promise<void>;
}

export const model = 'flight-delay';
const cli = join(infra, '../apps/cli/src/main.ts');

/** A rollout that stays in its shadow, and a day's report as soon as the day is over. */
const policy = {
  latenessMinutes: 0,
  windows: [{ lengthMinutes: 1440, alarms: { minimum: { rows: 100 } } }],
  rollout: {
    shadow: { rate: 1, minimumPairs: 1_000_000_000, minimumMinutes: 60, maximumDisagreement: 1 },
    canary: [{ share: 0.5, minimumRequests: 100, minimumMinutes: 60 }],
    service: { errorIncrease: 0.5, p99Ratio: 100 },
    timeouts: { holdAfterMinutes: 1_000_000, haltAfterMinutes: 1_000_000 },
  },
};

export async function startKit(): Promise<Kit> {
  const home = await mkdtemp(join(tmpdir(), 'flightdeck-live-'));
  const trainerPort = await freePort();
  const env = {
    ...{ PATH: process.env.PATH, HOME: process.env.HOME, FLIGHTDECK_HOME: home, NO_COLOR: '1' },
    ...{ TRAINER_PORT: String(trainerPort), CONTROLLER_TICK_MS: '500', SERVING_WORKERS: '1' },
  };
  const flightdeck = (...args: readonly string[]) => runProgram(process.execPath, [cli, ...args], env);
  await flightdeck('train', '--rows', '2000');
  await flightdeck('train', '--rows', '2000', '--seed', '2', '--no-promote');
  await mkdir(join(home, 'policies'));
  await writeFile(join(home, 'policies', `${model}.json`), JSON.stringify(policy));

  const running: Program[] = [];
  const start = (...args: readonly string[]) => {
    const program = startProgram(process.execPath, [cli, ...args], env);
    running.push(program);
    return program;
  };
  const up = start('up', '--port', '0');
  const urlAfter = async (name: string) => (await up.said(new RegExp(`${name}\\s+(http://\\S+)`)))[1]!;
  const [serving, controller] = [await urlAfter('Serving'), await urlAfter('Controller')];
  const replayArgs = (from: string, to: string) => [
    ...['simulate', '--url', serving, '--from', from, '--to', to, '--share', '0.1'],
  ];

  return {
    controller,
    targets: {
      serving: new URL(serving).host,
      controller: new URL(controller).host,
      trainer: `127.0.0.1:${trainerPort}`,
    },
    replay: (from, to, ...more) => flightdeck(...replayArgs(from, to), ...more),
    replayOn: (from, to) => void start(...replayArgs(from, to), '--speed', '1800'),
    async post(path, body) {
      const answer = await fetch(`${controller}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ actor: 'test', reason: 'a test wants to see it', ...body }),
      });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    },
    async until(what, path, look) {
      for (let attempt = 0; attempt < 400; attempt++) {
        const seen = look((await (await fetch(`${controller}${path}`)).json()) as never);
        if (seen !== undefined) return seen;
        await delay(300);
      }
      throw new Error(`The controller did not come to ${what} within two minutes.`);
    },
    async stop() {
      for (const program of running.toReversed()) await program.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}
