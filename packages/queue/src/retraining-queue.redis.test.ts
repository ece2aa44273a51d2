import { onRedis } from './fixtures/on-redis.ts';
import { retrainingContract } from './fixtures/retraining-contract.ts';

await onRedis('the retraining queue', retrainingContract);
