import { defineConfig } from 'vitest/config';

// These tests start brokers and read real logs, which takes its time where the machine is busy.
export default defineConfig({
  test: { testTimeout: 60_000, hookTimeout: 60_000, expect: { poll: { timeout: 30_000 } } },
});
