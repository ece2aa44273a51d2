// A workshop for tests: a state directory with a real broker, its queues, and trainers that can be killed.

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  openRetrainingQueue,
  openTrainingQueue,
  type RetrainingQueue,
  startBroker,
  type TrainingQueue,
} from '@flightdeck/queue';
import { startTrainer, type TrainerProcess } from './trainer-process.fixture.ts';

export interface Workshop {
  /** The state directory. */
  readonly home: string;
  readonly queue: TrainingQueue;
  readonly retrainings: RetrainingQueue;
  /** Starts one more trainer, with further variables where there are any. */
  hire(variables?: NodeJS.ProcessEnv): Promise<TrainerProcess>;
  /** Kills what still runs and removes all files. */
  close(): Promise<void>;
}

/** Opens a workshop at `home` (null: in a new folder), with the first kind of broker that is possible here. */
export async function openWorkshop(home: string | null): Promise<Workshop> {
  const folder = await mkdtemp(join(tmpdir(), 'flightdeck-workshop-'));
  const state = home ?? join(folder, 'home');
  const broker = await startBroker({ home: state });
  const queue = await openTrainingQueue(broker.url);
  const retrainings = await openRetrainingQueue(broker.url);
  // A killed run leaves DuckDB's spill folder behind, which shall not outlive the test.
  const spill = join(folder, 'tmp');
  await mkdir(spill);
  const trainers: TrainerProcess[] = [];
  return {
    home: state,
    queue,
    retrainings,
    async hire(variables = {}) {
      const trainer = await startTrainer({ FLIGHTDECK_HOME: state, TMPDIR: spill, ...variables });
      trainers.push(trainer);
      return trainer;
    },
    async close() {
      await Promise.all(trainers.map((trainer) => trainer.kill()));
      await Promise.all([queue.close(), retrainings.close()]);
      await broker.stop();
      await rm(folder, { recursive: true });
      // Where PostgreSQL ran for root, it kept its data elsewhere, and says so.
      const [, placeForRoot] = /data in (\/var\/tmp\/flightdeck-[0-9a-f]+)/.exec(broker.description) ?? [];
      if (placeForRoot !== undefined) await rm(placeForRoot, { recursive: true });
    },
  };
}
