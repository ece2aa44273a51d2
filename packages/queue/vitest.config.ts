import { defineConfig } from 'vitest/config';

// These tests wait for servers and processes more than they compute, so two files run side by side, and slowly where the
// machine is busy.
export default defineConfig({
  test: { maxWorkers: 2, testTimeout: 120_000, hookTimeout: 120_000, expect: { poll: { timeout: 30_000 } } },
});
