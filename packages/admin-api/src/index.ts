// What the controller answers over HTTP, as types: the console and the command line read what the controller's routes write. A file for
// each topic; nothing here runs.

export type { SessionAnswer } from './session.ts';
export type * from './stored.ts';
