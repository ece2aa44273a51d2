// A child process of copy.test.ts: copies a registry, and tells how far it is, so that it can be killed there.

import { copyRegistry } from './copy.ts';

const [from, to] = [process.argv[2]!, process.argv[3]!];
// With its parent, or once it is done and all is told.
process.once('disconnect', () => process.exit());
await copyRegistry(JSON.parse(from), JSON.parse(to), {
  clock: Date.now,
  onProgress: (step, done, all) => process.send?.({ step, done, all }),
});
process.disconnect();
