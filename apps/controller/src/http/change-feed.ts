// "Something may have changed": after each tick, and when somebody has written to the registry. Browsers that listen ask again then.

import type { Registry } from '@flightdeck/registry';

/** However much happens at once, it is told no more often than this. */
const pauseMs = 500;

export interface ChangeFeed {
  announce(): void;
  /** Returns how to stop listening. */
  listen(onChange: () => void): () => void;
  readonly listeners: number;
  close(): void;
}

export function changeFeed(registry: Registry): ChangeFeed {
  const listeners = new Set<() => void>();
  let pause: NodeJS.Timeout | undefined;
  const announce = () => {
    pause ??= setTimeout(() => {
      pause = undefined;
      for (const listener of listeners) listener();
    }, pauseMs);
  };
  const watch = registry.watch(announce);
  return {
    announce,
    listen(onChange) {
      listeners.add(onChange);
      return () => listeners.delete(onChange);
    },
    get listeners() {
      return listeners.size;
    },
    close() {
      clearTimeout(pause);
      watch.stop();
    },
  };
}
