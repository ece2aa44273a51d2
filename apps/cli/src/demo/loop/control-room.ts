// What the loop asks its controller: how far it has come, what its queue does, and, where nothing raises an alarm, a recalibration.

import { setTimeout as delay } from 'node:timers/promises';
import { FlightdeckError } from '@flightdeck/core';
import { z } from 'zod';
import { controllerClient } from '../../controller-client.ts';
import type { LoopKit } from './loop-kit.ts';

const statusSchema = z.looseObject({
  ticks: z.int(),
  eventTime: z.record(z.string(), z.string()),
});

const retrainingSchema = z.looseObject({
  id: z.string(),
  state: z.string(),
  job: z.looseObject({ kind: z.string() }),
  failure: z.looseObject({ message: z.string() }).nullable(),
});
export type LoopJob = z.infer<typeof retrainingSchema>;
const listSchema = z.looseObject({ retrainings: z.array(retrainingSchema) });

const underWay = new Set(['waiting', 'active']);
const lookEveryMs = 150;
/** Reports of many windows take some seconds, a retraining a minute or two. */
const patienceMs = 180_000;

/** A controller that does not answer has died, which the kit tells better, or is about to answer again. */
function unlessAway(error: unknown): undefined {
  if (!(error instanceof FlightdeckError && error.code === 'CONTROLLER_UNREACHABLE')) throw error;
}

export type ControlRoom = ReturnType<typeof controlRoom>;

export function controlRoom({ env, controller, watch }: LoopKit, model: string, signal: AbortSignal) {
  const client = controllerClient(controller, env);
  const status = async () => statusSchema.parse(await (await client.get('/v1/status')).json());

  async function until<Seen>(what: string, look: () => Promise<Seen | undefined>): Promise<Seen> {
    const deadline = performance.now() + patienceMs;
    while (performance.now() < deadline) {
      const seen = await watch(look().catch(unlessAway));
      if (seen !== undefined) return seen;
      await delay(lookEveryMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
    throw new FlightdeckError(
      'LOOP_STUCK',
      `The controller did not come to ${what} within ${patienceMs / 1000} s. Its log is logs/controller.log below ${env.home}.`,
    );
  }

  return {
    until,
    /** Waits until the controller has read the log up to this event time (milliseconds), and has decided with all of that. */
    async caughtUp(at: number): Promise<void> {
      const seen = await until('the end of the replay', async () => {
        const { eventTime, ticks } = await status();
        return Date.parse(eventTime[model] ?? '') >= at ? ticks : undefined;
      });
      // The tick that is under way now may have read the log before; the one after it has not.
      await until('its next tick', async () => ((await status()).ticks >= seen + 2 ? true : undefined));
    },
    /** The newest of so many jobs, once all of them have ended. */
    jobEnded(count: number): Promise<LoopJob> {
      return until("the job's end", async () => {
        const { retrainings } = listSchema.parse(await (await client.get('/v1/retrainings')).json());
        const [newest] = retrainings;
        const isOver = retrainings.length >= count && !retrainings.some(({ state }) => underWay.has(state));
        return isOver ? newest : undefined;
      });
    },
    /** As a person does with `flightdeck retrain --recalibrate`. */
    async ask(reason: string): Promise<void> {
      await watch(client.post('/v1/retrainings', { model, action: 'recalibrate', actor: 'demo', reason }));
    },
    async abort(rollout: string, reason: string): Promise<void> {
      await watch(client.post(`/v1/rollouts/${rollout}/abort`, { actor: 'demo', reason }));
    },
  };
}
