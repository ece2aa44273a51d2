import { mergeConfig } from 'vitest/config';
import shared from '../../vitest.config.ts';

export default mergeConfig(shared, {
  test: {
    globalSetup: './src/servers.fixture.ts',
    // What s3rver takes. The AWS SDK reads them by itself, in child processes too.
    env: { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' },
  },
});
