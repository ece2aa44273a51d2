// The server as the checks of the whole see it.

import type { Answer, Client } from './http-client.ts';

export interface Server {
  readonly client: Client;
  readonly metadataAnswer: Answer;
  /** The models that are under test. */
  readonly models: readonly string[];
}

/** No server has it. */
export const unknownModel = 'oip-conformance-no-such-model';

/** A number, because some servers know only numbers as versions. */
export const unknownVersion = '987654321';
