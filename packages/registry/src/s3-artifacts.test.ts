import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { sha256 } from '@flightdeck/core';
import { afterEach, describe, expect, inject, it, vi } from 'vitest';
import { describeArtifacts } from './artifacts.contract.ts';
import { openArtifacts } from './artifacts.ts';
import { bucket } from './s3-server.fixture.ts';

const home = '/nowhere';
const at = (path: string, s3Endpoint = inject('s3')) =>
  openArtifacts({ home, artifactsUrl: `s3://${path}`, s3Endpoint }, () => 0);
const abc = Buffer.from('abc');

describeArtifacts('a bucket', async (clock) =>
  openArtifacts({ home, artifactsUrl: `s3://${bucket}/${randomUUID()}/`, s3Endpoint: inject('s3') }, clock),
);

afterEach(() => {
  vi.unstubAllEnvs();
});

async function failureOf(asking: Promise<unknown>): Promise<Error> {
  const error = await asking.then(
    () => expect.fail('It did not fail.'),
    (reason: Error) => reason,
  );
  expect(inspect(error, { depth: 10 })).not.toContain('top secret');
  return error;
}

describe('artifacts that cannot be reached', () => {
  it.each(['http://x/y', 's3:bucket', 'relative/folder', 'file://host/x', 's3://'])(
    'because ARTIFACTS_URL is "%s"',
    async (artifactsUrl) => {
      const error = await failureOf(openArtifacts({ home, artifactsUrl }, () => 0));
      expect(error).toMatchObject({ code: 'ARTIFACTS_URL_INVALID' });
      expect(error.message).toContain(`"${artifactsUrl}"`);
    },
  );

  it('because there is no such bucket', async () => {
    const artifacts = await at('nothing/here');
    const askings = [() => artifacts.put(abc), () => artifacts.list(), () => artifacts.get(sha256('abc'))];
    for (const ask of askings) {
      const error = await failureOf(ask());
      expect(error).toMatchObject({ code: 'ARTIFACTS_MISSING' });
      expect(error.message).toMatch(/s3:\/\/nothing\/here at http.*Make it/);
    }
  });

  it('because the keys are wrong', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'nobody');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'top secret');
    const error = await failureOf((await at(bucket)).put(abc));
    expect(error).toMatchObject({ code: 'ARTIFACTS_DENIED', retryable: false });
    expect(error.message).toMatch(/refuses these credentials.*AWS_SECRET_ACCESS_KEY/);
  });

  it('because there are no keys', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', '');
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere');
    const error = await failureOf((await at(bucket)).has(sha256('abc')));
    expect(error).toMatchObject({ code: 'ARTIFACTS_DENIED' });
    expect(error.message).toMatch(/There are no credentials for s3:\/\/models.*Set AWS_ACCESS_KEY_ID/);
  });

  it('because Amazon is asked without a region', async () => {
    vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
    const artifacts = await openArtifacts({ home, artifactsUrl: 's3://x' }, () => 0);
    expect((await failureOf(artifacts.list())).message).toMatch(/Set AWS_REGION/);
  });

  it('because nothing listens there, or what does has failed', async () => {
    const failing = createServer((_request, response) => response.writeHead(503).end()).listen(
      0,
      '127.0.0.1',
    );
    await once(failing, 'listening');
    const broken = `http://127.0.0.1:${(failing.address() as AddressInfo).port}`;
    for (const endpoint of ['http://127.0.0.1:1', broken]) {
      const error = await failureOf((await at(bucket, endpoint)).put(abc));
      expect(error).toMatchObject({ code: 'ARTIFACTS_UNREACHABLE', retryable: true });
      expect(error.message).toMatch(/does not answer.*AWS_ENDPOINT_URL/);
    }
    failing.close();
  });
});

it('lists its own prefix alone, and more than one answer holds', async () => {
  const [mine, other] = [await at(`${bucket}/a`), await at(`${bucket}/ab`)];
  await other.put(abc);
  // Some at a time: a thousand connections at once take a slow machine longer than a connection may take.
  for (let first = 0; first < 1_005; first += 67)
    await Promise.all(Array.from({ length: 67 }, (_, i) => mine.put(Buffer.from(String(first + i)))));
  expect(await mine.list()).toHaveLength(1_005);
});
