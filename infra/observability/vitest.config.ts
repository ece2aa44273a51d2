import { defineConfig } from 'vitest/config';

// These tests start real processes, which takes its time where the machine is busy.
export default defineConfig({ test: { testTimeout: 60_000, hookTimeout: 60_000 } });
