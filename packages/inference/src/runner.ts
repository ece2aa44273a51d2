// Where runs happen, as the batcher sees it: on the event loop (below) or in a pool of threads (thread-pool.ts).

import type { OnnxSession, Tensors } from '@flightdeck/onnx';

export interface FinishedRun {
  readonly outputs: Tensors;
  /** What the run itself took, without the waits around it. */
  readonly runMs: number;
}

export interface Runner {
  /** How many runs go on at the same time. */
  readonly concurrency: number;
  /** How many are worth handing over at once, to be done one after the other. */
  readonly volley: number;
  /** How many more, if they are full, may be handed over while all that go on at the same time do: they begin as those end. */
  readonly ahead: number;
  /** Whether `run` takes the memory of its feeds away, so that they must be nobody else's. */
  readonly takesFeeds: boolean;
  /** All outputs, or those named. Throws what `OnnxSession.run` throws, and MODEL_UNAVAILABLE if its thread died. */
  run(feeds: Tensors, outputs?: readonly string[]): Promise<FinishedRun>;
  /** Frees the model. Only when no run is under way. */
  close(): Promise<void>;
}

/**
 * Each turn of the event loop reads whatever has come, and refuses what is too much. With one run a turn, callers who ask again at
 * once keep a full line from being served: so many runs are done before the next requests are read.
 */
const runsOfATurn = 8;

/** Runs on this thread, which does nothing else meanwhile. */
export function inlineRunner(session: OnnxSession): Runner {
  return {
    concurrency: 1,
    volley: runsOfATurn,
    ahead: 0,
    takesFeeds: false,
    async run(feeds, outputs) {
      let started = performance.now();
      // The session runs in an immediate of its own. This one comes just before it, so the wait for it is not counted.
      setImmediate(() => {
        started = performance.now();
      });
      const answer = await session.run(feeds, outputs);
      return { outputs: answer, runMs: performance.now() - started };
    },
    close: () => session.release(),
  };
}
