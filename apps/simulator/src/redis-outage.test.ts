import { once } from 'node:events';
import { expect, it } from 'vitest';
import { startNamed } from './named-process.fixture.ts';
import { signalRedis } from './redis-outage.ts';

it('leaves a process alone that is no Redis', async () => {
  const child = await startNamed('something-else');
  await expect(signalRedis(child.pid!, 'SIGKILL')).rejects.toMatchObject({
    code: 'REDIS_NOT_FOUND',
    message: expect.stringContaining('something-else'),
  });
  expect(child.exitCode).toBeNull();
});

it('does nothing to one that has ended', async () => {
  const child = await startNamed('redis-server');
  await signalRedis(child.pid!, 'SIGKILL');
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
  await signalRedis(child.pid!, 'SIGCONT');
});
