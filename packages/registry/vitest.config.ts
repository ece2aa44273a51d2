import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: './src/servers.fixture.ts',
    // What s3rver takes. The AWS SDK reads them by itself, in child processes too.
    env: { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
