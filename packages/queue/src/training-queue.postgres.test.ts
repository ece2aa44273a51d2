import { queueContract } from './fixtures/queue-contract.ts';

queueContract('embedded-postgres');
