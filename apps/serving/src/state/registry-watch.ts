// The wake-up beside the poll: SQLite appends every commit to the file `registry.sqlite-wal`, so a change of that file is a reason to
// look. Where the file system tells nobody (a network mount), the poll finds it a little later.

import { watch } from 'node:fs';

export interface RegistryWatch {
  stop(): void;
}

/** A commit touches the file several times, and a training run commits often: one wake-up for all of it, milliseconds. */
const quietMs = 25;

/** Calls `onChange` soon after somebody has committed to the registry below `home`, which must exist. */
export function watchRegistry(home: string, onChange: () => void): RegistryWatch {
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch(home, { persistent: false }, (_event, file) => {
    if (file !== 'registry.sqlite-wal') return;
    timer ??= setTimeout(() => {
      timer = undefined;
      onChange();
    }, quietMs);
  });
  // A folder that is taken away is the registry's error to report, at the next poll.
  watcher.on('error', () => watcher.close());
  return {
    stop() {
      clearTimeout(timer);
      watcher.close();
    },
  };
}
