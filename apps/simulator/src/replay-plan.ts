// What a replay is told: one JSON object, in SIMULATOR_PLAN. Each option is documented where it is declared.

import { FlightdeckError } from '@flightdeck/core';
import { z } from 'zod';

const isoMoment = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/;

/** A day (UTC) or a moment with its zone; whole minutes since 1970. */
const moment = z
  .string()
  .refine(
    (text) => isoMoment.test(text) && !Number.isNaN(Date.parse(text)),
    'must be a day or a moment with its zone, like 2001-05-01 or 2001-05-01T06:00Z',
  )
  .transform((text) => Math.floor(Date.parse(text) / 60_000));

const scenario = z
  .strictObject({ name: z.string(), from: moment, to: moment })
  .refine(({ from, to }) => from < to, 'must end after it begins');

export const replayPlan = z
  .strictObject({
    /** A folder below models/, and the name of the endpoint that serves it. */
    model: z.string(),
    /** Where serving is. */
    url: z.url({ protocol: /^https?$/ }),
    /** Rows from here (inclusive) are predicted … */
    from: moment,
    /** … until here (exclusive). */
    to: moment,
    /** Posts the events before `from` first: as far back as the model's longest window reaches, or of so many days. */
    warm: z.union([z.boolean(), z.int().min(1)]).default(false),
    /** Sends the labels that become known after `to` as well. Otherwise they wait in the state file for a replay with a later `to`. */
    drain: z.boolean().default(true),
    /** Decides which rows are sampled, and which are hit by a fault. */
    seed: z.int().min(0).default(1),
    /** Share of the rows that are predicted. All events are sent, whatever it is. */
    share: z.number().gt(0).max(1).default(1),
    /** Event time a second of real time: 3600 replays an hour a second. 0: as fast as serving answers. */
    speed: z.number().min(0).default(0),
    /**
     * `closed`: at most `inFlight` requests at a time, the next when one is answered, and no prediction before all earlier events
     * are in. `open`: by schedule, whether or not there are answers; latencies count from when a request was due.
     */
    loop: z.enum(['closed', 'open']).default('closed'),
    /** Predict requests that are under way at the same time; in an open loop the number of connections. */
    inFlight: z.int().min(1).max(1024).default(8),
    /** Rows of a tick that share a request. */
    rowsPerRequest: z.int().min(1).max(1024).default(1),
    /** Event time that is handled at once. More is faster, and features know so much less of the last minutes. */
    tickMinutes: z.int().min(1).max(60).default(1),
    /** Where the position is kept, so that a replay goes on where it ended. Without it, each begins at `from`. */
    stateFile: z.string().optional(),
    /** How long serving may be away before the replay gives up, milliseconds of real time. */
    patienceMs: z.number().min(0).default(120_000),
    /** What goes wrong, from when to when: names from scenarios.ts. */
    scenarios: z.array(scenario).default([]),
    /** A proxy on this machine, which passes bytes on until a scenario damages the link: its port (0: any) and "host:port" behind it. */
    proxy: z
      .strictObject({ port: z.int().min(0).max(65_535).default(0), target: z.string().regex(/^.+:\d+$/) })
      .optional(),
    /** The process that scenarios about Redis stop or kill. */
    redisPid: z.int().positive().optional(),
  })
  .refine(({ from, to }) => from < to, { path: ['to'], error: 'must be after from' })
  .refine(({ from, scenarios }) => scenarios.every((scenario) => scenario.from >= from), {
    path: ['scenarios'],
    error: 'must not begin before from',
  })
  .refine(({ loop, speed }) => loop === 'closed' || speed > 0, {
    path: ['speed'],
    error: 'must be above 0 in an open loop, which goes by schedule',
  });

export type ReplayPlan = z.infer<typeof replayPlan>;

/** PLAN_INVALID names each option that is wrong. */
export function parsePlan(text: string): ReplayPlan {
  const parsed = replayPlan.safeParse(fromJson(text));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'the plan'}: ${message}`,
  );
  throw new FlightdeckError('PLAN_INVALID', `SIMULATOR_PLAN: ${problems.join('; ')}.`);
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FlightdeckError('PLAN_INVALID', 'SIMULATOR_PLAN is not valid JSON.', { cause: error });
  }
}
