// The position of a running replay, saved every second: all that was sent before it has been answered.

import type { Player } from './player.ts';
import { type ReplayState, writeState } from './replay-state.ts';
import type { Time } from './time.ts';

export interface Checkpoints {
  /** Of the last one. */
  readonly position: number;
  /** Whether the last one was begun long enough ago, and is done. */
  isDue(): boolean;
  save(): Promise<void>;
}

export interface CheckpointOptions {
  /** Where the replay begins. */
  readonly position: number;
  readonly player: Pick<Player, 'settle'>;
  readonly replay: string;
  readonly stateFile: string | undefined;
  readonly time: Time;
}

const everyMs = 1000;

export function keepCheckpoints(options: CheckpointOptions): Checkpoints {
  const { player, replay, stateFile, time } = options;
  let { position } = options;
  let begun = time.now();
  let busy = false;
  let last = Promise.resolve();

  async function write(): Promise<void> {
    const reached: Omit<ReplayState, 'replay'> = await player.settle();
    if (stateFile !== undefined) await writeState(stateFile, { replay, ...reached });
    position = reached.position;
    busy = false;
  }

  return {
    get position() {
      return position;
    },
    isDue: () => !busy && time.now() - begun >= everyMs,
    save() {
      begun = time.now();
      busy = true;
      // One after another: an older position must not replace a newer one.
      last = last.then(write);
      return last;
    },
  };
}
