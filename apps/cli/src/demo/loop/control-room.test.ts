import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FlightdeckError } from '@flightdeck/core';
import { expect, it, onTestFinished } from 'vitest';
import { testCli } from '../../context.fixture.ts';
import { Interrupted } from '../../kit/interruption.ts';
import { controlRoom } from './control-room.ts';
import type { LoopKit } from './loop-kit.ts';

/** Answers what it is told, as often as it is asked. */
async function answering(answers: readonly object[]) {
  let asked = 0;
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answers[Math.min(asked++, answers.length - 1)]));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => asked };
}

async function roomAt(
  controller: string,
  signal = new AbortController().signal,
  watch: LoopKit['watch'] = (work) => work,
) {
  const { env } = (await testCli()).context;
  return controlRoom({ env, controller, watch } as LoopKit, 'toy', signal);
}

const nobody = 'http://127.0.0.1:1';
const status = (ticks: number, at: string) => ({ ticks, eventTime: { toy: at } });

it('Ctrl-C while it waits is what ends it', async () => {
  const controller = new AbortController();
  const room = await roomAt(nobody, controller.signal);
  const waiting = room.caughtUp(0);
  controller.abort(new Interrupted('SIGINT'));
  await expect(waiting).rejects.toBeInstanceOf(Interrupted);
});

it('a controller that has died is told as a process of the kit that ended', async () => {
  const died = new FlightdeckError('CHILD_FAILED', 'The controller ended unexpectedly.');
  const room = await roomAt(nobody, undefined, (work) =>
    work.then((seen) => (seen === undefined ? Promise.reject(died) : seen)),
  );
  await expect(room.caughtUp(0)).rejects.toBe(died);
});

it('is caught up two ticks after the log was read so far', async () => {
  const { url, asked } = await answering([
    status(3, '2001-05-13T23:00:00Z'),
    status(4, '2001-05-14T01:00:00Z'),
    status(5, '2001-05-14T01:00:00Z'),
    status(6, '2001-05-14T01:00:00Z'),
  ]);
  await (await roomAt(url)).caughtUp(Date.parse('2001-05-14'));
  expect(asked()).toBe(4);
});

it('a job has ended when as many are there as were decided, and none is under way', async () => {
  const job = (id: string, state: string) => ({ id, state, job: { kind: 'recalibrate' }, failure: null });
  const { url } = await answering([
    { retrainings: [] },
    { retrainings: [job('first', 'completed')] },
    { retrainings: [job('second', 'active'), job('first', 'completed')] },
    { retrainings: [job('second', 'failed'), job('first', 'completed')] },
  ]);
  expect(await (await roomAt(url)).jobEnded(2)).toMatchObject({ id: 'second', state: 'failed' });
});
