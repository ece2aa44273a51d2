// The kit as a whole: the real CLI, broker, server, trainer and controller, on free ports.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startBroker } from '@flightdeck/queue';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../context.fixture.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

interface Up {
  readonly cli: ChildProcess;
  readonly ended: Promise<number | null>;
  /** Waits for a line of the greeting and returns what the pattern caught. */
  line(pattern: RegExp): Promise<string>;
}

function up(home: string, ...words: string[]): Up {
  const env = { PATH: process.env.PATH, FLIGHTDECK_HOME: home, LOG_LEVEL: 'info' };
  const cli = spawn(process.execPath, [main, 'up', ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(cli, 'exit').then(([code]) => code as number | null);
  onTestFinished(async () => {
    if (cli.exitCode === null && cli.signalCode === null) cli.kill('SIGTERM');
    await ended;
  });
  const lines: string[] = [];
  const output = createInterface({ input: cli.stdout });
  output.on('line', (line) => lines.push(line));
  const line = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const [, caught] = lines.map((each) => pattern.exec(each)).find((match) => match !== null) ?? [];
      if (caught !== undefined) return caught;
      await once(output, 'line');
    }
  };
  return { cli, ended, line };
}

/** The processes that have this state directory in their environment or arguments. */
async function processesOf(home: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['axeww', '-o', 'pid=,command=']);
  return stdout.split('\n').filter((line) => line.includes(home) && !line.includes('ps axeww'));
}

it('serves, says what is missing, refuses a second kit, and leaves nothing behind on SIGTERM', async () => {
  const home = await temporaryFolder();
  const kit = up(home, '--port', '0');
  const url = await kit.line(/Serving +(http:\S+)/);
  expect((await fetch(`${url}/v2/health/ready`)).status).toBe(503);
  expect(await kit.line(/(npx flightdeck train)/)).toBeTruthy();
  const controller = await kit.line(/Controller +(http:\S+)/);
  await expect
    .poll(async () => (await fetch(`${controller}/health/ready`)).status, { timeout: 20_000 })
    .toBe(200);

  const second = up(home, '--port', '0');
  const errors = text(second.cli.stderr!);
  expect(await second.ended).toBe(1);
  expect(await errors).toMatch(/^error KIT_ALREADY_UP/);

  kit.cli.kill('SIGTERM');
  expect(await kit.ended).toBe(0);
  expect(await processesOf(home)).toEqual([]);
});

it('leaves no trainer, server or controller behind when it is killed, and the broker to whoever comes next', async () => {
  const home = await temporaryFolder();
  const kit = up(home, '--port', '0');
  const url = await kit.line(/Serving +(http:\S+)/);
  kit.cli.kill('SIGKILL');
  await kit.ended;
  const ours = async () =>
    (await processesOf(home)).filter((line) => /apps\/(trainer|serving|controller)/.test(line));
  await expect.poll(ours, { timeout: 50_000 }).toEqual([]);
  await expect(fetch(url)).rejects.toThrow();

  const adopted = await startBroker({ home });
  await adopted.stop();
  await expect.poll(() => processesOf(home), { timeout: 20_000 }).toEqual([]);
});

it('says which port is in use, with the code of who found out, and stops what it had started', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  onTestFinished(() => void taken.close());
  const { port } = taken.address() as { port: number };
  const home = await temporaryFolder();
  const kit = up(home, '--port', String(port));
  const errors = text(kit.cli.stderr!);
  expect(await kit.ended).toBe(1);
  expect(await errors).toMatch(new RegExp(`error PORT_IN_USE: Port ${port} .*SERVING_PORT`));
  expect(await processesOf(home)).toEqual([]);
  await rm(home, { recursive: true, force: true });
});
