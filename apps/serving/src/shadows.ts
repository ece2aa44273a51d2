// Shadow traffic: versions that are asked about a sample of the predictions that others answered. Nothing of it touches the answer: it
// begins after that, has a deadline of its own, and where it would pile up it is left out and counted.

import { FlightdeckError } from '@flightdeck/core';
import type { Inference } from '@flightdeck/inference';
import type { Asked } from './data-plane.ts';
import type { Shadow } from './state/lineup.ts';
import type { LoadedModel } from './state/model-loader.ts';

/** What became of one question to a shadow. */
export interface ShadowAnswer {
  readonly asked: Asked;
  readonly shadow: LoadedModel;
  readonly latencyMs: number;
  /** One a row; null where it failed, or has no score. */
  readonly scores: Float32Array | null;
  /** What the caller was answered; null where that has no score. */
  readonly answeredScores: Float32Array | null;
  /** An error's code, or null. */
  readonly failure: string | null;
}

export interface Shadows {
  /** Never throws and never waits. Returns whether any is asked. */
  ask(shadows: readonly Shadow[], asked: Asked, answer: Inference, idPrefix: string): boolean;
  /** Resolves when none is under way. */
  settled(): Promise<void>;
}

export interface ShadowOptions {
  /** How long a shadow may take from the answer on, milliseconds. */
  readonly timeoutMs: number;
  readonly onAnswer: (answer: ShadowAnswer) => void;
  readonly onSkipped: (asked: Asked, shadow: LoadedModel) => void;
}

/** More questions to shadows at the same time, and they compete with answers. */
const mostAtOnce = 64;

export function shadows({ timeoutMs, onAnswer, onSkipped }: ShadowOptions): Shadows {
  const underWay = new Set<Promise<void>>();

  async function run(shadow: LoadedModel, asked: Asked, answer: Inference): Promise<void> {
    const startedAt = performance.now();
    const result = { asked, shadow, answeredScores: scoresOf(asked.model, answer) };
    try {
      const rows = (await asked.request.rowsFor?.(shadow)) ?? asked.request.rows;
      const inference = await shadow.runtime.infer({ rows, deadline: startedAt + timeoutMs });
      const latencyMs = performance.now() - startedAt;
      onAnswer({ ...result, latencyMs, scores: scoresOf(shadow, inference), failure: null });
    } catch (error) {
      const failure = error instanceof FlightdeckError ? error.code : 'INTERNAL';
      onAnswer({ ...result, latencyMs: performance.now() - startedAt, scores: null, failure });
    }
  }

  function start(shadow: LoadedModel, asked: Asked, answer: Inference): void {
    if (underWay.size >= mostAtOnce) {
      onSkipped(asked, shadow);
      return;
    }
    // After the answer has been written, which the same turn of the event loop does.
    const running = new Promise<void>((resolve) => setImmediate(resolve))
      .then(() => run(shadow, asked, answer))
      .catch(() => {})
      .finally(() => underWay.delete(running));
    underWay.add(running);
  }

  return {
    ask(candidates, asked, answer, idPrefix) {
      const chosen = candidates.filter(({ model, isAsked }) => model !== asked.model && isAsked(idPrefix));
      for (const { model } of chosen) start(model, asked, answer);
      return chosen.length > 0;
    },
    async settled() {
      await Promise.all(underWay);
    },
  };
}

/** Null for a model that was imported, or where the request did not ask for the score. */
export function scoresOf({ signature }: LoadedModel, { outputs }: Inference): Float32Array | null {
  if (signature.kind !== 'score') return null;
  const scores = outputs[signature.output.name]?.data;
  return scores instanceof Float32Array ? scores : null;
}
