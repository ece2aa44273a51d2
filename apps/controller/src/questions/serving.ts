// Asks serving, as anybody could, with the controller's own key. Whatever it answers is an answer; only silence is an error.

import type { QuestionAnswer } from '@flightdeck/admin-api';
import { FlightdeckError } from '@flightdeck/core';
import type { GivenLabel } from '../predictions/predictions.ts';

export interface Serving {
  readonly url: string;
  readonly key: string | undefined;
}

const patienceMs = 10_000;

/** POST to a path of serving's. SERVING_UNREACHABLE. */
export async function askServing(
  { url, key }: Serving,
  path: string,
  body: unknown,
  requestId: string,
): Promise<QuestionAnswer> {
  const began = performance.now();
  try {
    const response = await fetch(new URL(path, url), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-request-id': requestId,
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(patienceMs),
    });
    const text = await response.text();
    const milliseconds = performance.now() - began;
    return { status: response.status, milliseconds, requestId, body: jsonOr(text) };
  } catch (error) {
    throw new FlightdeckError(
      'SERVING_UNREACHABLE',
      `Serving at ${url} does not answer. Is it up? SERVING_URL says where the controller asks.`,
      { cause: error, retryable: true },
    );
  }
}

export const predictPath = (endpoint: string) => `/v1/models/${encodeURIComponent(endpoint)}/predict`;

/** LABEL_REFUSED says what serving says; SERVING_UNREACHABLE. */
export async function storeLabel(
  serving: Serving,
  endpoint: string,
  { predictionId, label, knownAt }: GivenLabel & { readonly predictionId: string },
  requestId: string,
): Promise<void> {
  const path = `/v1/models/${encodeURIComponent(endpoint)}/labels`;
  const labels = [{ predictionId, label, time: knownAt }];
  const { status, body } = await askServing(serving, path, { labels }, requestId);
  if (status === 200) return;
  throw new FlightdeckError('LABEL_REFUSED', `Serving has not taken the label: ${status}, ${reasonIn(body)}`);
}

function reasonIn(body: unknown): string {
  const { error } = (body ?? {}) as { error?: { code?: string; message?: string } };
  return error?.message ? `${error.code}: ${error.message}` : JSON.stringify(body);
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
