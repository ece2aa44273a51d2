// What the controller answers over HTTP, as types: the console and the command line read what the controller's routes write. A file for
// each topic; nothing here runs.

export type * from './drift.ts';
export type * from './endpoint.ts';
export type * from './experiment.ts';
export type * from './model.ts';
export type * from './overview.ts';
export type * from './prediction.ts';
export type * from './question.ts';
export type * from './queue.ts';
export type * from './run.ts';
export type { SessionAnswer } from './session.ts';
export type * from './stored.ts';
