import { expect, it } from 'vitest';
import type { Tick } from './tick.ts';
import { startTicking } from './tick-loop.ts';
import { freshHome } from './traffic.fixture.ts';

const ended: Tick = { at: 1, milliseconds: 1, problems: [] };
const silent = { onTick: () => {}, onFailure: () => {} };

it('of two over one state directory one ticks; the other takes over when it is gone', async () => {
  const home = await freshHome();
  const loop = (name: string, seen: string[]) =>
    startTicking({
      ...{ ...silent, home, tickMs: 20 },
      async tick() {
        seen.push(name);
        return ended;
      },
    });
  const seen: string[] = [];
  const first = loop('first', seen);
  await expect.poll(() => first.state.leads).toBe(true);
  const second = loop('second', seen);
  await expect.poll(() => seen.length).toBeGreaterThan(5);
  expect(second.state).toMatchObject({ leads: false, last: null });
  expect(seen).not.toContain('second');
  await first.stop();
  await expect.poll(() => second.state.leads).toBe(true);
  await expect.poll(() => seen).toContain('second');
  await second.stop();
});

it('a tick that fails is told, and the next one is tried', async () => {
  const failures: unknown[] = [];
  let ticks = 0;
  const loop = startTicking({
    ...silent,
    home: await freshHome(),
    tickMs: 10,
    async tick() {
      if (++ticks <= 2) throw new Error('the registry is away');
      return ended;
    },
    onFailure: (error) => failures.push(error),
  });
  await expect.poll(() => loop.state.failure).toBe('the registry is away');
  await expect.poll(() => loop.state).toMatchObject({ failure: null, last: ended });
  expect(failures).toHaveLength(2);
  await loop.stop();
});

it('is not stopped before the tick that is under way has ended', async () => {
  const gate = Promise.withResolvers<Tick>();
  const loop = startTicking({ ...silent, home: await freshHome(), tickMs: 10, tick: () => gate.promise });
  let stopped = false;
  const stopping = loop.stop().then(() => {
    stopped = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(stopped).toBe(false);
  gate.resolve(ended);
  await stopping;
  expect(loop.state.ticks).toBe(1);
});
