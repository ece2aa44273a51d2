import { it } from 'vitest';
import { queueContract } from './fixtures/queue-contract.ts';
import { findRedisServer } from './private-redis.ts';

if ((await findRedisServer()) === null) {
  console.warn('NOT TESTED: the queue on Redis. Put redis-server or valkey-server 6.2 or newer on PATH.');
  it.skip('NOT TESTED: the queue on Redis (no redis-server or valkey-server on PATH)', () => {});
} else {
  queueContract('private-redis');
}
