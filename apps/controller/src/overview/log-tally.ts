// How much the prediction logs hold, for whoever looks at the loop. Counting takes a while on a large log, so it is done beside the
// answer, when somebody asks, and never for more than a small part of the time.

import type { LogTally } from '@flightdeck/admin-api';
import type { Clock } from '@flightdeck/core';
import type { Database } from '@flightdeck/dataset';
import { type LogPlace, withLog } from '../live-log.ts';

export interface LogTallies {
  /** As it was counted last; null until then. */
  of(model: string): LogTally | null;
  /** Resolves when nothing is being counted. */
  settled(): Promise<void>;
}

export interface LogTalliesOptions extends LogPlace {
  readonly clock: Clock;
  readonly onCounted: () => void;
}

/** A log is counted no more often than this, nor for more than a twentieth of the time. */
const fewestMs = 10_000;
const restPerCount = 20;

interface Counted {
  readonly tally: LogTally | null;
  readonly next: number;
}

export function logTallies({ clock, onCounted, ...place }: LogTalliesOptions): LogTallies {
  const known = new Map<string, Counted>();
  const counting = new Map<string, Promise<void>>();

  async function count(model: string): Promise<void> {
    const begun = clock();
    const before = known.get(model)?.tally ?? null;
    // What ails the log is told by the tick, which reads the same.
    const tally = await withLog(place, model, tallyOf).catch(() => before);
    known.set(model, { tally, next: clock() + Math.max(fewestMs, restPerCount * (clock() - begun)) });
    counting.delete(model);
    if (tally?.predictions !== before?.predictions || tally?.labelled !== before?.labelled) onCounted();
  }

  return {
    of(model) {
      const { tally = null, next = Number.NEGATIVE_INFINITY } = known.get(model) ?? {};
      if (!counting.has(model) && clock() >= next) counting.set(model, count(model));
      return tally;
    },
    settled: async () => void (await Promise.all(counting.values())),
  };
}

async function tallyOf(database: Database): Promise<LogTally> {
  const [found = {}] = await database.rows(`
    select count(*)::double as predictions, count(failure)::double as failed, count(label)::double as labelled,
      min(event_time)::double as "from", max(event_time)::double as "to"
    from predictions left join (select prediction_id, label from labels) using (prediction_id)`);
  return {
    predictions: Number(found.predictions),
    failed: Number(found.failed),
    labelled: Number(found.labelled),
    from: found.from as number | null,
    to: found.to as number | null,
  };
}
