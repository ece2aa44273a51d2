// What the tests of all packages share.

import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// Many tests start processes, brokers and servers, which takes its time where the machine is busy, and wait for them more than they
// compute: two files run side by side even where by itself one would.
export default defineConfig({
  test: {
    setupFiles: [`${import.meta.dirname}/tools/test-setup.ts`],
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
  },
});
