// A server that speaks as S3 does, for the tests of this package. It knows access keys, but does not check secrets.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const bucket = 'models';

export interface S3Server {
  readonly endpoint: string;
  stop(): Promise<void>;
}

export async function startS3(): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), 'flightdeck-s3-'));
  const file = fileURLToPath(new URL('./s3-server.child.ts', import.meta.url));
  // It continues lists with a cipher that OpenSSL has retired.
  const server = fork(file, [directory, bucket], { execArgv: ['--openssl-legacy-provider'] });
  const [port] = (await once(server, 'message')) as [number];
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async stop() {
      const exit = once(server, 'exit');
      server.disconnect();
      await exit;
      await rm(directory, { recursive: true, force: true });
    },
  };
}
