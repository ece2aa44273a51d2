// Finders stay open while somebody looks, because what they have read of segments that grow need not be read again; when nobody has
// looked for a while they go, with the memory and the files that they hold.

import { openPredictionFinder, type PredictionFinder } from '@flightdeck/monitoring';
import type { LogPlace } from '../live-log.ts';

const idleMs = 60_000;

export interface OpenFinders {
  use<Result>(model: string, work: (finder: PredictionFinder) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

interface OpenFinder {
  readonly opening: Promise<PredictionFinder>;
  users: number;
  idle: NodeJS.Timeout | undefined;
}

export function openFinders(place: LogPlace): OpenFinders {
  const open = new Map<string, OpenFinder>();

  function finderOf(model: string): OpenFinder {
    const known = open.get(model);
    if (known) return known;
    const opened = { opening: openPredictionFinder({ ...place, model }), users: 0, idle: undefined };
    open.set(model, opened);
    return opened;
  }

  async function closeOne(model: string): Promise<void> {
    const one = open.get(model);
    open.delete(model);
    clearTimeout(one?.idle);
    await (await one?.opening.catch(() => undefined))?.close();
  }

  return {
    async use(model, work) {
      const one = finderOf(model);
      clearTimeout(one.idle);
      one.users++;
      try {
        return await work(await one.opening);
      } catch (error) {
        // What went wrong may be in what it holds: the next question begins anew.
        if (open.get(model) === one) void closeOne(model).catch(() => {});
        throw error;
      } finally {
        one.users--;
        if (one.users === 0 && open.get(model) === one)
          one.idle = setTimeout(() => void closeOne(model).catch(() => {}), idleMs).unref();
      }
    },
    close: async () => void (await Promise.all([...open.keys()].map(closeOne))),
  };
}
