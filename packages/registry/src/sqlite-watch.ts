// SQLite appends every commit to the file `registry.sqlite-wal`, so a change of that file is a reason to look. Where the file system
// tells nobody (a network mount), whoever watches needs a poll beside.

import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { announcer, type RegistryWatch } from './engine.ts';

/** Calls `onChange` soon after somebody has committed to the database at `path`, whose folder must exist. */
export function watchSqlite(path: string, onChange: () => void): RegistryWatch {
  const { tell, stop } = announcer(onChange);
  const log = `${basename(path)}-wal`;
  const watcher = watch(dirname(path), { persistent: false }, (_event, file) => {
    if (file === log) tell();
  });
  // A folder that is taken away is the registry's error to report, at the next poll.
  watcher.on('error', () => watcher.close());
  return {
    stop() {
      stop();
      watcher.close();
    },
  };
}
