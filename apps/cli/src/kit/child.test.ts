import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../context.fixture.ts';
import { type Child, startChild, unlessItEnds } from './child.ts';
import { keepUp } from './keep-up.ts';

type Behaviour =
  | 'fail with a code'
  | 'fail in JSON'
  | 'fail without a word'
  | 'end by itself'
  | 'ignore SIGTERM'
  | 'never get ready'
  | 'behave';

const noSignal = new AbortController().signal;

async function start(does: Behaviour, signal = noSignal, logFile?: string): Promise<Child> {
  const child = await startChild(
    {
      name: 'worker',
      main: fileURLToPath(new URL('./child.fixture.ts', import.meta.url)),
      env: { PATH: process.env.PATH, CHILD_DOES: does },
      logFile: logFile ?? join(await temporaryFolder(), 'logs', 'worker.log'),
      patienceMs: does === 'ignore SIGTERM' ? 200 : 20_000,
    },
    signal,
  );
  onTestFinished(() => child.stop());
  return child;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a child that does not start', () => {
  it('passes its own error on', async () => {
    await expect(start('fail with a code')).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: 'Port 1 is in use.',
    });
    await expect(start('fail in JSON')).rejects.toMatchObject({ code: 'REGISTRY_CORRUPT' });
  });

  it('is reported with its exit code where it said nothing', async () => {
    await expect(start('fail without a word')).rejects.toMatchObject({
      code: 'CHILD_FAILED',
      message: expect.stringContaining('exit code 7'),
    });
  });

  it('is not blamed for what an earlier one wrote into the same log', async () => {
    const logFile = join(await temporaryFolder(), 'worker.log');
    await writeFile(logFile, 'PORT_IN_USE: an old story\n');
    await expect(start('fail without a word', noSignal, logFile)).rejects.toMatchObject({
      code: 'CHILD_FAILED',
    });
  });

  it('names the path where its log cannot be written', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    await expect(start('behave', noSignal, join(file, 'worker.log'))).rejects.toMatchObject({
      code: 'STATE_NOT_WRITABLE',
    });
  });

  it('is ended when somebody interrupts the start', async () => {
    const controller = new AbortController();
    const starting = start('never get ready', controller.signal);
    controller.abort(new Error('interrupted'));
    await expect(starting).rejects.toThrow('interrupted');
  });
});

describe('a child that runs', () => {
  it('says hello, and ends when it is asked to, once and again', async () => {
    const child = await start('behave');
    expect(child.hello).toEqual({ ready: true });
    await child.stop();
    await child.stop();
    expect(await child.ended).toEqual({ how: 'exit code 0', lastWords: '    last words' });
    expect(isAlive(child.pid)).toBe(false);
  });

  it('is killed when it does not listen', async () => {
    const child = await start('ignore SIGTERM');
    await child.stop();
    expect((await child.ended).how).toBe('SIGKILL');
  });

  it('fails the work that needs it when it ends, with its last words', async () => {
    const child = await start('end by itself');
    const work = new Promise<never>(() => {});
    await expect(unlessItEnds(child, work)).rejects.toMatchObject({
      code: 'CHILD_FAILED',
      message: expect.stringMatching(/worker ended unexpectedly \(exit code 3\)[\s\S]+last words/),
    });
  });
});

describe('a child that is kept up', () => {
  it('is started again when it is killed, and stopped in the end', async () => {
    const controller = new AbortController();
    const told: string[] = [];
    const again = Promise.withResolvers<Child>();
    const first = await start('behave');
    const restart = async () => {
      const child = await start('behave');
      again.resolve(child);
      return child;
    };
    const kept = keepUp(first, restart, {
      signal: controller.signal,
      tell: (line) => told.push(line),
      pauseMs: 1,
    });
    process.kill(first.pid, 'SIGKILL');
    const second = await again.promise;
    controller.abort();
    await kept;
    expect(told[0]).toContain('ended unexpectedly (SIGKILL)');
    expect(told[1]).toContain('last words');
    expect(isAlive(second.pid)).toBe(false);
  });

  it('is tried again, with pauses that double, until it starts', async () => {
    const controller = new AbortController();
    const told: string[] = [];
    const behaviours: Behaviour[] = ['fail with a code', 'fail with a code', 'behave'];
    const restart = async () => {
      const child = await start(behaviours.shift()!);
      controller.abort();
      return child;
    };
    await keepUp(await start('end by itself'), restart, {
      signal: controller.signal,
      tell: (line) => told.push(line),
      pauseMs: 1,
    });
    const pauses = told.filter((line) => line.startsWith('Starting'));
    expect(pauses.map((line) => /in (\S+) s/.exec(line)![1])).toEqual(['0.001', '0.002', '0.004']);
    expect(told.filter((line) => line === 'Port 1 is in use.')).toHaveLength(2);
  });
});
