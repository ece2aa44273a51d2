// Keeps one process up: when it ends although nobody asked it to, says so with the end of its log, and starts it again.

import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '@flightdeck/core';
import type { Child } from './child.ts';

export interface KeepUpOptions {
  /** Stops the process and ends the watch. */
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
  /** Pause before the first restart; doubles with each that fails or does not last. */
  readonly pauseMs?: number;
  /** A process that lived this long is taken for sound, and its next end for a first one. */
  readonly soundAfterMs?: number;
}

const longestPauseMs = 30_000;

/** Resolves when the signal is aborted and the process has stopped. */
export async function keepUp(
  first: Child,
  start: () => Promise<Child>,
  { signal, tell, pauseMs = 1_000, soundAfterMs = 60_000 }: KeepUpOptions,
): Promise<void> {
  let failures = 0;
  for (let child: Child | null = first; child !== null; ) {
    const startedAt = performance.now();
    const ending = await Promise.race([child.ended, untilItAborts(signal)]);
    if (ending === null || signal.aborted) return child.stop();
    tell(`The ${child.name} ended unexpectedly (${ending.how}). Its log, ${child.logFile}, ends with:`);
    tell(ending.lastWords);
    if (performance.now() - startedAt > soundAfterMs) failures = 0;
    for (child = null; child === null && !signal.aborted; failures += 1) {
      const pause = Math.min(longestPauseMs, pauseMs * 2 ** failures);
      tell(`Starting it again in ${pause / 1000} s.`);
      await delay(pause, undefined, { signal }).catch(() => {});
      child = await tryAgain(start, signal, tell);
    }
  }
}

async function tryAgain(
  start: () => Promise<Child>,
  signal: AbortSignal,
  tell: (line: string) => void,
): Promise<Child | null> {
  try {
    const child = await start();
    tell(`The ${child.name} is up again.`);
    return child;
  } catch (error) {
    if (!signal.aborted) tell(messageOf(error));
    return null;
  }
}

function untilItAborts(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });
}
