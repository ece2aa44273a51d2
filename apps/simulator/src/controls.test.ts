import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { controlOf, type Turn, type World } from './controls.ts';
import type { Fault, LinkMode } from './faults.ts';
import { startNamed, stateOf } from './named-process.fixture.ts';

const open = { speed: 3600, loop: 'open' } as const;

function control(fault: Fault, world: Partial<World> = {}) {
  const asked: Turn[] = [];
  const ask = async (turn: Turn) => void asked.push(turn);
  return { ...controlOf({ name: 'it', from: 0, to: 1, fault }, open, { ask, ...world }), asked };
}

describe('a control', () => {
  it('does not touch a process that is no Redis', async () => {
    const child = await startNamed('something-else');
    const { begin } = control({ kind: 'kill-redis' }, { redisPid: child.pid });
    await expect(begin()).rejects.toMatchObject({ code: 'REDIS_NOT_FOUND' });
  });

  it.runIf(process.platform === 'linux')('stops a Redis and lets it go on', async () => {
    const redis = await startNamed('redis-server');
    const { begin, end } = control({ kind: 'pause-redis' }, { redisPid: redis.pid });
    await begin();
    await expect.poll(() => stateOf(redis)).toBe('T');
    await end();
    await expect.poll(() => stateOf(redis)).not.toBe('T');
  });

  it('kills a Redis, and asks who started it to do so again', async () => {
    const redis = await startNamed('valkey-server');
    const { begin, end, asked } = control({ kind: 'kill-redis' }, { redisPid: redis.pid });
    const gone = once(redis, 'exit');
    await begin();
    expect(await gone).toEqual([null, 'SIGKILL']);
    expect(asked).toEqual([]);
    await end();
    expect(asked).toEqual([{ scenario: 'it', state: 'ends' }]);
  });

  it('damages a link and mends it', async () => {
    const modes: LinkMode[] = [];
    const proxy = { set: (mode: LinkMode) => void modes.push(mode) };
    const { begin, end, endsBy } = control({ kind: 'link', mode: { kind: 'reset' } }, { proxy });
    await begin();
    await end();
    expect(modes).toEqual([{ kind: 'reset' }, { kind: 'pass' }]);
    expect(endsBy).toBe('clock');
  });
});
