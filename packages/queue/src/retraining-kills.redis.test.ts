import { onRedis } from './fixtures/on-redis.ts';
import { killedTrainersContract, retrainingKillContract } from './fixtures/retraining-kill-contract.ts';

await onRedis('a retraining whose processes are killed', (kind) => {
  retrainingKillContract(kind);
  killedTrainersContract(kind);
});
