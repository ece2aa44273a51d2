import { retrainingKillContract } from './fixtures/retraining-kill-contract.ts';

retrainingKillContract('embedded-postgres');
