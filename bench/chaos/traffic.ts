// Callers while everything around them is killed: predictions, labels for what was answered, and a record of all that serving has
// acknowledged, which must be found again afterwards.

import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '@flightdeck/core';
import type { Row } from '../http/requests.ts';

export interface Acknowledged {
  /** When it was asked for, and when the answer was here, on the clock of performance.now(). */
  readonly askedAt: number;
  readonly at: number;
  readonly label: 0 | 1;
  labelled: boolean;
}

export interface Traffic {
  /** By prediction id. */
  readonly predictions: ReadonlyMap<string, Acknowledged>;
  readonly counts: { requests: number; refused: number; unanswered: number; labelRequests: number };
  /** Resolves once the last request has been answered, and every label that was due has been taken. */
  stop(): Promise<void>;
}

export interface TrafficOptions {
  readonly url: string;
  readonly model: string;
  readonly rows: readonly Row[];
  readonly random: Random;
  /** Event time when the traffic begins, milliseconds since 1970 UTC, and how much faster it goes than real time. */
  readonly from: number;
  readonly speed: number;
}

const requestEveryMs = 60;
const rowsPerRequest = 8;
const labelsEveryMs = 400;

export function startTraffic({ url, model, rows, random, from, speed }: TrafficOptions): Traffic {
  const predictions = new Map<string, Acknowledged>();
  const counts = { requests: 0, refused: 0, unanswered: 0, labelRequests: 0 };
  const began = performance.now();
  const eventTime = () => Math.floor(from + (performance.now() - began) * speed);
  let waiting: string[] = [];
  let stopped = false;

  async function post(path: string, body: object): Promise<unknown> {
    try {
      const answer = await fetch(`${url}/v1/models/${model}/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(10_000),
      });
      const said = await answer.json();
      if (answer.ok) return said;
      counts.refused++;
    } catch {
      counts.unanswered++;
    }
    return null;
  }

  async function predict(): Promise<void> {
    const instances = Array.from({ length: rowsPerRequest }, () => ({
      ...rows[Math.floor(random.uniform() * rows.length)],
      time: eventTime(),
      unit: String(Math.floor(random.uniform() * 1e9)),
    }));
    counts.requests++;
    const askedAt = performance.now();
    const said = (await post('predict', { instances })) as {
      predictions: { predictionId: string; probability: number }[];
    } | null;
    for (const { predictionId, probability } of said?.predictions ?? []) {
      const label = random.uniform() < probability ? 1 : 0;
      predictions.set(predictionId, { askedAt, at: performance.now(), label, labelled: false });
      waiting.push(predictionId);
    }
  }

  /** What was not acknowledged is sent again, with what has come since. */
  async function sendLabels(): Promise<void> {
    const due = waiting;
    waiting = [];
    if (due.length === 0) return;
    const time = eventTime();
    const labels = due.map((id) => ({ predictionId: id, label: predictions.get(id)!.label, time }));
    counts.labelRequests++;
    const said = (await post('labels', { labels })) as { accepted: number } | null;
    if (said?.accepted !== due.length) waiting = [...due, ...waiting].slice(-10_000);
    else for (const id of due) predictions.get(id)!.labelled = true;
  }

  async function every(ms: number, work: () => Promise<void>): Promise<void> {
    while (!stopped) await Promise.all([work(), delay(ms)]);
  }
  const running = [every(requestEveryMs, predict), every(labelsEveryMs, sendLabels)];

  return {
    predictions,
    counts,
    async stop() {
      stopped = true;
      await Promise.all(running);
      for (let tries = 0; waiting.length > 0 && tries < 100; tries++)
        await Promise.all([sendLabels(), delay(100)]);
    },
  };
}
