import { defineConfig } from 'vitest/config';

// These tests wait for servers and processes far more than they compute, so the files run side by side, and slowly where
// the machine is busy.
export default defineConfig({
  test: { maxWorkers: 4, testTimeout: 60_000, hookTimeout: 60_000, expect: { poll: { timeout: 30_000 } } },
});
