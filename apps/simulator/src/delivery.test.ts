import { seededRandom } from '@flightdeck/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Absence, openDelivery, type Request } from './delivery.ts';
import { countOutcome } from './outcome.ts';
import { refusalOf } from './recorder.fixture.ts';
import type { Answer } from './transport.ts';
import { virtualTime } from './virtual-time.fixture.ts';

const taken: Answer = { status: 200, body: { taken: true } };
const request: Request<z.ZodType<{ taken: boolean }>> = {
  route: 'events',
  path: '/v1/events',
  body: {},
  answer: z.object({ taken: z.boolean() }),
  repeats: (status) => status === 429 || status >= 500,
};

/** Delivers one request to a server that gives these answers in turn; null is a broken connection. */
async function deliver(
  answers: readonly (Answer | null)[],
  options: { repeats?: typeof request.repeats; patienceMs?: number; abortAt?: number } = {},
) {
  const { repeats = request.repeats, patienceMs = 60_000, abortAt = Number.POSITIVE_INFINITY } = options;
  const time = virtualTime();
  const outcome = countOutcome();
  const told: Absence[] = [];
  const moments: number[] = [];
  const stop = new AbortController();
  const send = openDelivery({
    post: async () => {
      const answer = answers[Math.min(moments.length, answers.length - 1)]!;
      moments.push(time.now());
      if (time.now() >= abortAt) stop.abort(new Error('told to stop'));
      if (answer === null) throw new Error('connect ECONNREFUSED');
      return answer;
    },
    url: 'http://127.0.0.1:8080',
    time,
    random: seededRandom(1),
    outcome,
    patienceMs,
    signal: stop.signal,
    tell: (absence) => told.push(absence),
  });
  const result = await time.run(send({ ...request, repeats })).catch((error: unknown) => error);
  const summary = outcome.summary({ complete: true, position: '', seconds: 1, speed: 0 });
  return { result, moments, told, summary };
}

describe('a request is given up', () => {
  it('when serving stays away for longer than the replay waits', async () => {
    const { result, told, moments } = await deliver([null], { patienceMs: 20_000 });
    expect(result).toMatchObject({ code: 'SERVING_AWAY', message: expect.stringContaining('ECONNREFUSED') });
    expect(told).toEqual([{ kind: 'away', route: 'events', reason: 'connect ECONNREFUSED' }]);
    expect(moments.at(-1)).toBeGreaterThanOrEqual(20_000);
  });

  it('when what answers is something else', async () => {
    const stranger = await deliver([{ status: 200, body: '<html>' }]);
    expect(stranger.result).toMatchObject({ code: 'SERVING_UNKNOWN' });
    const other = await deliver([{ status: 404, body: undefined }]);
    expect(other.result).toMatchObject({ code: 'SERVING_UNKNOWN' });
  });

  it('when the key is refused, since no other request would fare better', async () => {
    const { result } = await deliver([refusalOf(401, 'KEY_REQUIRED', 'Send a key.')]);
    expect(result).toMatchObject({
      code: 'SERVING_REFUSES_KEY',
      message: expect.stringContaining('Send a key'),
    });
  });

  it('when the replay is told to stop while serving is away', async () => {
    const { result } = await deliver([null], { abortAt: 1000 });
    expect(result).toMatchObject({ message: 'told to stop' });
  });
});

describe('a request', () => {
  it('is refused for good by a status that is not repeated, and its refusal is an example', async () => {
    const { result, summary } = await deliver([refusalOf(400, 'UNKNOWN_FIELD', 'no field x')]);
    expect(result).toEqual({ refused: expect.objectContaining({ code: 'UNKNOWN_FIELD' }) });
    expect(summary.total.codes).toEqual({ UNKNOWN_FIELD: 1 });
    expect(summary.examples).toEqual([{ route: 'events', code: 'UNKNOWN_FIELD', message: 'no field x' }]);
  });

  it('is sent again, ever more slowly, until serving is back', async () => {
    const { result, moments, told, summary } = await deliver([null, null, null, null, null, null, taken]);
    expect(result).toEqual({ body: { taken: true } });
    const pauses = moments.slice(1).map((moment, index) => moment - moments[index]!);
    for (const [index, pause] of pauses.entries()) {
      const longest = Math.min(1000, 100 * 2 ** index);
      expect(pause).toBeGreaterThanOrEqual(longest / 2);
      expect(pause).toBeLessThanOrEqual(longest);
    }
    expect(told.map(({ kind }) => kind)).toEqual(['away', 'back']);
    expect(summary.total.statuses.events).toEqual({ none: 6, 200: 1 });
  });

  it('counts a failing server as away, and says in its words why', async () => {
    const { told } = await deliver([refusalOf(503, 'NOT_READY', 'Being loaded.'), taken]);
    expect(told).toEqual([
      { kind: 'away', route: 'events', reason: 'Being loaded.' },
      { kind: 'back', route: 'events', afterMs: expect.any(Number) },
    ]);
  });

  it('of events is sent again while serving knows no model that needs them', async () => {
    const starting = refusalOf(400, 'EVENTS_NOT_TAKEN', 'No model is served.');
    const repeats = (_: number, code: string) => code === 'EVENTS_NOT_TAKEN';
    const { result, told } = await deliver([starting, taken], { repeats });
    expect(result).toEqual({ body: { taken: true } });
    expect(told.map(({ kind }) => kind)).toEqual(['away', 'back']);
  });

  it('waits as long as Retry-After asks', async () => {
    const { moments, told } = await deliver([
      { ...refusalOf(429, 'OVERLOADED', 'x'), retryAfterMs: 7000 },
      taken,
    ]);
    expect(moments).toEqual([0, 7000]);
    expect(told).toEqual([]);
  });
});
