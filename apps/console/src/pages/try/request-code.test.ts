// The code is run: by curl, Node and Python, against a server that tells what it was asked.

import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Language, requestCode } from './request-code.ts';

const run = promisify(execFile);
const env = { ...process.env, SERVING_KEY: 'a-key-of-serving' };
const heard: { url: string | undefined; key: string | undefined; body: unknown }[] = [];
let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
    heard.push({ url: request.url, key: request.headers.authorization, body });
    response.setHeader('content-type', 'application/json').end('{"prediction":{"probability":0.25}}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const runners: Readonly<Record<Language, (code: string) => Promise<{ stdout: string }>>> = {
  curl: (code) => run('bash', ['-c', code], { env }),
  TypeScript: (code) => run(process.execPath, ['--input-type=module-typescript', '-e', code], { env }),
  Python: (code) => run('python3', ['-c', code], { env }),
};
const instance = { distance: 12.5, origin: `O'Hare "north" $HOME \\ €`, time: '2001-05-07T00:00:00.000Z' };

it.each(['curl', 'TypeScript', 'Python'] as const)(
  'asks in %s what was asked, with and without a key',
  async (language) => {
    for (const needsKey of [true, false]) {
      const { stdout } = await runners[language](
        requestCode(language, { url, endpoint: 'toy', needsKey, instance }),
      );
      expect(stdout).toContain('0.25');
      expect(heard.at(-1)).toEqual({
        url: '/v1/models/toy/predict',
        key: needsKey ? 'Bearer a-key-of-serving' : undefined,
        body: { instance },
      });
    }
  },
);
