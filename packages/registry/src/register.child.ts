// A child process of crash.test.ts: registers versions and collects garbage until it is killed.

import { startRun, toyRegistration } from './fixtures.ts';
import { openRegistry } from './registry.ts';

const registry = await openRegistry(JSON.parse(process.argv[2]!));
await startRun(registry);
// An orphan ends itself: its parent may be killed as well.
process.once('disconnect', () => process.exit(1));
const weights = new Uint8Array(100_000);
for (let seed = Number(process.argv[3]); ; seed++) {
  const toy = toyRegistration(seed);
  weights.fill(seed);
  await registry.versions.register({ ...toy, files: { ...toy.files, 'weights.bin': weights } });
  if (seed % 3 === 0) await registry.collectGarbage({ keepLast: 2, graceMs: 0 });
  if (process.connected) process.send?.(seed);
}
