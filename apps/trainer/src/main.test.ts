import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type Broker, openTrainingQueue, startBroker } from '@flightdeck/queue';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';

let home: string;
let broker: Broker;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'flightdeck-trainer-'));
  broker = await startBroker({ home });
});

afterAll(async () => {
  await broker?.stop();
  const [, placeForRoot] = /data in (\/var\/tmp\/flightdeck-[0-9a-f]+)/.exec(broker?.description ?? '') ?? [];
  for (const folder of [home, placeForRoot ?? home]) await rm(folder, { recursive: true, force: true });
});

it('ends with code 2 and the name of the variable when the environment is wrong', async () => {
  const trainer = start({ TRAINER_CONCURRENCY: 'many' });
  expect(await ended(trainer)).toMatchObject({
    code: 2,
    errors: expect.stringContaining('TRAINER_CONCURRENCY'),
  });
});

it('ends with code 1, and without the password in its words, when the broker does not answer', async () => {
  const trainer = start({ REDIS_URL: 'redis://me:s3cret@127.0.0.1:9' });
  const { code, errors } = await ended(trainer);
  expect(code).toBe(1);
  expect(errors).toMatch(/^BROKER_UNREACHABLE: .*127\.0\.0\.1:9/);
  expect(errors).not.toContain('s3cret');
});

it('says that it is ready, reports a training that fails, and ends with code 0 on SIGTERM', async () => {
  const trainer = start({ FLIGHTDECK_BROKER_URL: broker.url, TRAINER_PORT: '0' });
  const metrics = once(trainer.stdout!, 'data').then(([line]) => /http:\S+metrics/.exec(String(line))?.[0]);
  const [message] = await once(trainer, 'message');
  expect(message).toEqual({ ready: true });
  const queue = await openTrainingQueue(broker.url);
  const job = { rows: 1000, seed: 1, actor: 'test', reason: 'to see it fail', key: '', promote: false };
  const { id } = await queue.submit({ ...job, model: 'no-such-model' });
  await expect(queue.wait(id)).rejects.toThrow(/no-such-model/);
  await queue.close();
  const url = (await metrics)!;
  const line = 'flightdeck_trainer_attempts_total{kind="train",result="failed"} 1';
  await expect.poll(async () => (await fetch(url)).text()).toContain(line);
  expect(await (await fetch(url.replace('metrics', 'health/live'))).json()).toEqual({ live: true });
  expect((await fetch(url.replace('metrics', 'jobs'))).status).toBe(404);
  trainer.kill('SIGTERM');
  expect(await ended(trainer)).toMatchObject({ code: 0 });
});

it('joins the broker of its state directory, and ends when the process that started it is gone', async () => {
  const trainer = start({});
  await once(trainer, 'message');
  trainer.disconnect();
  const { code, output } = await ended(trainer);
  expect(code).toBe(0);
  expect(output).toContain('another process with this state directory started it');
});

/** Runs the real process; whatever a failed test leaves running ends with the test. */
function start(variables: NodeJS.ProcessEnv) {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const env = { PATH: process.env.PATH, FLIGHTDECK_HOME: home, ...variables };
  const trainer = fork(main, [], { env, execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  onTestFinished(() => void trainer.kill('SIGKILL'));
  return trainer;
}

async function ended(
  trainer: ChildProcess,
): Promise<{ code: number | null; output: string; errors: string }> {
  const [output, errors, [code]] = await Promise.all([
    text(trainer.stdout ?? Readable.from([])),
    text(trainer.stderr ?? Readable.from([])),
    once(trainer, 'exit'),
  ]);
  return { code, output, errors };
}
