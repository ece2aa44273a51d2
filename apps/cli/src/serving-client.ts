// Asking a running server over HTTP, as anybody could: the schemas of its answers, and what its refusals mean.

import { setTimeout as delay } from 'node:timers/promises';
import { FlightdeckError, messageOf } from '@flightdeck/core';
import { z } from 'zod';

/** Of a model of the kit. */
const predictionSchema = z.object({
  probability: z.number(),
  positive: z.boolean(),
  defaulted: z.array(z.string()),
  unknown: z.array(z.string()),
});
export type Prediction = z.infer<typeof predictionSchema>;

/** Of a model that was imported: one value an output. */
const tensorPredictionSchema = z.object({ outputs: z.record(z.string(), z.json()) });
export type TensorPrediction = z.infer<typeof tensorPredictionSchema>;

const answerSchema = answerWith(predictionSchema);
type Answer = z.infer<typeof answerSchema>;
const anyAnswerSchema = answerWith(z.union([predictionSchema, tensorPredictionSchema]));
export type AnyAnswer = z.infer<typeof anyAnswerSchema>;

const refusalSchema = z.object({
  error: z.union([z.string(), z.object({ code: z.string(), message: z.string() })]),
});

/** A refusal by the server, in its own code and words. */
export class Refused extends FlightdeckError {
  readonly status: number;

  constructor(status: number, code: string, message: string) {
    super(code, message);
    this.status = status;
  }
}

/** One instance or many: `{ instance }` or `{ instances }`. Throws Refused, SERVER_UNREACHABLE or SERVER_UNKNOWN. */
export async function predict(url: string, model: string, body: unknown): Promise<Answer> {
  return answerSchema.parse(await answerTo(url, model, body));
}

/** The same, of a model of the kit or of one that was imported. */
export async function predictAny(
  url: string,
  model: string,
  body: unknown,
  key?: string,
): Promise<AnyAnswer> {
  return anyAnswerSchema.parse(await answerTo(url, model, body, key));
}

async function answerTo(url: string, model: string, body: unknown, key?: string): Promise<unknown> {
  const response = await ask(url, `/v1/models/${encodeURIComponent(model)}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
    body: JSON.stringify(body),
  });
  return bodyOf(response, url);
}

/** Waits until every endpoint answers. NOT_READY, with the server's reason, when that takes too long. */
export async function untilReady(
  url: string,
  { signal, patienceMs = 60_000 }: { signal: AbortSignal; patienceMs?: number },
): Promise<void> {
  for (const deadline = performance.now() + patienceMs; ; await delay(50, undefined, { signal })) {
    const response = await ask(url, '/v2/health/ready', { signal });
    const late = performance.now() > deadline;
    if (response.ok || late) return void (await bodyOf(response, url));
    await response.body?.cancel();
  }
}

function answerWith<Prediction extends z.ZodType>(prediction: Prediction) {
  return z.object({
    model: z.string(),
    version: z.number().int(),
    prediction: prediction.optional(),
    predictions: z.array(prediction).optional(),
  });
}

async function ask(url: string, path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(new URL(path, url), init);
  } catch (error) {
    if (init.signal?.aborted) throw init.signal.reason;
    const cause = error instanceof Error && error.cause ? error.cause : error;
    throw new FlightdeckError(
      'SERVER_UNREACHABLE',
      `No server at ${url} (${messageOf(cause)}). Start one with \`npm start\`, or say where it is with --url.`,
      { cause: error, retryable: true },
    );
  }
}

async function bodyOf(response: Response, url: string): Promise<unknown> {
  const body: unknown = await response.json().catch(() => null);
  if (response.ok && body !== null) return body;
  const { data: refusal } = refusalSchema.safeParse(body);
  if (refusal === undefined) throw strangeServer(url, response.status);
  const { error } = refusal;
  if (typeof error === 'string') throw new Refused(response.status, 'NOT_READY', error);
  throw new Refused(response.status, error.code, error.message);
}

function strangeServer(url: string, status: number): FlightdeckError {
  return new FlightdeckError(
    'SERVER_UNKNOWN',
    `What answers at ${url} (status ${status}) is no Flightdeck server. Say where yours is with --url.`,
  );
}
