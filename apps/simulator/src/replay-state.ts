// How far a replay has got, in a file that is old or new and never half: after a restart it goes on from there. What was under way is
// sent again; serving knows events and labels that it has.

import { readFile } from 'node:fs/promises';
import { FlightdeckError, isSystemError, writeFileAtomic } from '@flightdeck/core';
import { z } from 'zod';

const stateSchema = z.object({
  /** A hash of what decides which rows are replayed: another replay must not go on from here. */
  replay: z.string(),
  /** Minutes; everything before it has arrived. */
  position: z.int(),
  /** Rows whose label is still to be sent, with the id of their prediction. */
  predictions: z.array(z.tuple([z.int(), z.string()])),
});

export type ReplayState = z.infer<typeof stateSchema>;

/** Null where there is no file. STATE_OF_ANOTHER_REPLAY, STATE_UNREADABLE. */
export async function readState(path: string, replay: string): Promise<ReplayState | null> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return null;
    throw error;
  });
  if (text === null) return null;
  const state = parseState(path, text);
  if (state.replay === replay) return state;
  throw new FlightdeckError(
    'STATE_OF_ANOTHER_REPLAY',
    `${path} belongs to a replay with another model, dataset, begin, seed, share or tick. Name another state file, or delete it.`,
  );
}

export async function writeState(path: string, state: ReplayState): Promise<void> {
  await writeFileAtomic(path, JSON.stringify(state));
}

function parseState(path: string, text: string): ReplayState {
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new FlightdeckError(
      'STATE_UNREADABLE',
      `${path} is no replay's state. Name another file, or delete it.`,
      {
        cause: error,
      },
    );
  }
}
