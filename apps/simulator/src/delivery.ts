// Getting a request answered: which answers are final, which are asked for again and when. While serving is away the replay waits,
// says so, and loses nothing.

import { FlightdeckError, messageOf, type Random } from '@flightdeck/core';
import type { z } from 'zod';
import { type Outcome, type Refusal, type Route, routes } from './outcome.ts';
import type { Time } from './time.ts';
import type { Answer, Post } from './transport.ts';
import { refusal } from './wire.ts';

export interface Request<Body extends z.ZodType> {
  readonly route: Route;
  readonly path: string;
  readonly body: object;
  /** What an answer with 200 looks like. */
  readonly answer: Body;
  /** After which refusals the same request is sent again; having no answer at all is always such a case. */
  repeats(status: number, code: string): boolean;
}

/** The body of an answer with 200, or why there will be none. */
export type Delivered<Body> = { readonly body: Body } | { readonly refused: Refusal };

export type Deliver = <Body extends z.ZodType>(request: Request<Body>) => Promise<Delivered<z.infer<Body>>>;

export interface DeliveryOptions {
  readonly post: Post;
  readonly url: string;
  readonly time: Time;
  readonly random: Random;
  readonly outcome: Outcome;
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  /** Told when a route fails and why, and when it answers again: a server may take predictions and no events. */
  readonly tell: (notice: Absence) => void;
}

export type Absence =
  | { readonly kind: 'away'; readonly route: Route; readonly reason: string }
  | { readonly kind: 'back'; readonly route: Route; readonly afterMs: number };

const firstPauseMs = 100;
const longestPauseMs = 1000;

/**
 * Throws SERVING_AWAY when serving does not come back in time, SERVING_REFUSES_KEY, SERVING_UNKNOWN when what answers is no Flightdeck,
 * and the signal's reason when it aborts while something has to be asked for again.
 */
export function openDelivery(options: DeliveryOptions): Deliver {
  const { post, url, time, random, outcome, signal } = options;
  const absences = new Map(routes.map((route) => [route, watchAbsence(route, options)]));

  async function attempt(route: Route, path: string, body: object): Promise<Answer | null> {
    try {
      const answer = await post(path, body);
      outcome.attempt(route, answer.status);
      return answer;
    } catch (error) {
      outcome.attempt(route, 'none');
      absences.get(route)!.begins(messageOf(error));
      return null;
    }
  }

  return async ({ route, path, body, answer: schema, repeats }) => {
    const absence = absences.get(route)!;
    for (let tries = 0; ; tries++) {
      const answer = await attempt(route, path, body);
      if (answer?.status === 200) {
        absence.ends();
        return { body: expected(schema, answer, url) };
      }
      const refused = answer && refusalOf(answer, url);
      if (answer && refused && !repeats(answer.status, refused.code)) {
        if (answer.status < 500) absence.ends();
        outcome.refusal(route, refused);
        return { refused };
      }
      // A server that sheds load is there; one that has to be asked again for another reason is not.
      if (answer?.status === 429) absence.ends();
      else if (refused) absence.begins(refused.message);
      absence.assertBearable();
      const pauseMs = answer?.retryAfterMs ?? backoff(tries, random);
      await time.until(time.now() + pauseMs, signal);
    }
  };
}

/** Full second half of the pause at random, so that many waiting requests do not come back as one. */
function backoff(tries: number, random: Random): number {
  const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(tries, 10));
  return pause * (0.5 + 0.5 * random.uniform());
}

/** One absence for all requests that meet it. */
function watchAbsence(route: Route, { time, url, patienceMs, tell }: DeliveryOptions) {
  let since: number | null = null;
  let why = '';
  return {
    begins(reason: string): void {
      why = reason;
      if (since !== null) return;
      since = time.now();
      tell({ kind: 'away', route, reason });
    },
    ends(): void {
      if (since === null) return;
      tell({ kind: 'back', route, afterMs: time.now() - since });
      since = null;
    },
    assertBearable(): void {
      if (since === null || time.now() - since < patienceMs) return;
      throw new FlightdeckError(
        'SERVING_AWAY',
        `Serving at ${url} has answered no ${route} for ${Math.round(patienceMs / 1000)} s (${why}). ` +
          'Start it and run the replay again: with a state file it goes on where it was.',
        { retryable: true },
      );
    },
  };
}

function expected<Body extends z.ZodType>(schema: Body, { body }: Answer, url: string): z.infer<Body> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw notServing(url, `its answer has another form: ${parsed.error.issues[0]?.message}`);
}

/** SERVING_REFUSES_KEY and SERVING_UNKNOWN end a replay: no later request would fare better. */
function refusalOf({ status, body }: Answer, url: string): Refusal {
  const said = refusal.safeParse(body).data?.error;
  if (status === 401 || status === 403) {
    throw new FlightdeckError(
      'SERVING_REFUSES_KEY',
      `Serving at ${url} refuses: ${said?.message ?? status}. Set SIMULATOR_KEY to a key with the scopes predict and feedback.`,
    );
  }
  if (said) return said;
  if (status >= 500) return { code: `HTTP_${status}`, message: `It answers with status ${status}.` };
  throw notServing(url, `it answers with status ${status} and no error of ours`);
}

function notServing(url: string, why: string): FlightdeckError {
  return new FlightdeckError(
    'SERVING_UNKNOWN',
    `What answers at ${url} is no Flightdeck server (${why}). Set url to where serving listens.`,
  );
}
