import { onRedis } from './fixtures/on-redis.ts';
import { queueContract } from './fixtures/queue-contract.ts';

await onRedis('the training queue', queueContract);
