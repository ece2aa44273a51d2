// What the tests of all packages share.

import { defineConfig } from 'vitest/config';

// Many tests start processes, brokers and servers, which takes its time where the machine is busy.
export default defineConfig({
  test: {
    setupFiles: [`${import.meta.dirname}/tools/test-setup.ts`],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
  },
});
