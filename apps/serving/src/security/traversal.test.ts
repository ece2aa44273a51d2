// Names and versions that try to leave the registry, on every route that takes one, as they are on the wire: no client in between
// that tidies a path.

import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { promoteSum, serve, temporaryRegistry } from '../sum-model.fixture.ts';

let state: Awaited<ReturnType<typeof temporaryRegistry>>;
let serving: Awaited<ReturnType<typeof serve>>;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

beforeAll(async () => {
  state = await temporaryRegistry();
  await promoteSum(state.registry);
  serving = await serve(state.registry);
  await serving.converge();
  await serving.app.listen({ port: 0, host: '127.0.0.1' });
});

afterAll(async () => {
  agent.destroy();
  await serving[Symbol.asyncDispose]();
  await state[Symbol.asyncDispose]();
});

async function send(method: string, path: string): Promise<{ status: number; body: string }> {
  const { port } = serving.app.server.address() as AddressInfo;
  const headers = { 'content-type': 'application/json' };
  const sent = request({ host: '127.0.0.1', port, method, path, agent, headers });
  // Sound as far as it goes, so that it is the name that is refused.
  sent.end(
    method === 'POST' ? (path.startsWith('/v1') ? '{ "instance": {} }' : '{ "inputs": [] }') : undefined,
  );
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: answer.statusCode!, body: Buffer.concat(await answer.toArray()).toString() };
}

/** The routes as the OpenAPI document lists them, so that none is forgotten. */
async function routesWithNames(): Promise<[method: string, path: string][]> {
  const { paths } = (await serving.app.inject('/docs/json')).json() as { paths: Record<string, object> };
  return Object.entries(paths)
    .filter(([path]) => path.includes('{'))
    .flatMap(([path, methods]) =>
      Object.keys(methods).map((method): [string, string] => [method.toUpperCase(), path]),
    );
}

const names = [
  '.',
  '..',
  '%2e%2e',
  '%252e%252e',
  '..%2f..%2f..%2fetc%2fpasswd',
  '..%5c..%5cregistry.db',
  '%2fetc%2fpasswd',
  'sum%2f..%2fsum',
  'sum%2f',
  'sum%00',
  'sum%00.json',
  'sum%20',
  'sum%0d%0aset-cookie:%20a=b',
  'SUM',
  's%75m/../sum',
  '%ef%bc%8e%ef%bc%8e',
  'file:%2f%2f%2fetc%2fpasswd',
  'C:%5cwindows',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  '*',
  '-',
  'a'.repeat(64),
  'a'.repeat(101),
  '%f0%9f%9b%ab'.repeat(20),
];

const versions = [
  ...names,
  '0',
  '-1',
  '01',
  '1.0',
  '1e0',
  '0x1',
  '%201',
  '1%20',
  '1%2f..',
  '1%00',
  '+1',
  '%EF%BC%91',
  '9'.repeat(30),
  'NaN',
  'champion',
  'latest',
];

test('there are routes with names', async () => {
  expect((await routesWithNames()).length).toBeGreaterThan(0);
});

test('no such model is found, and nothing fails, on any route', async () => {
  for (const [method, path] of await routesWithNames()) {
    for (const name of names) {
      const address = path.replace('{model}', name).replace('{version}', '1');
      const { status } = await send(method, address);
      expect([400, 404], `${method} ${address} was answered ${status}`).toContain(status);
    }
  }
  expect((await state.registry.endpoints.list()).map(({ name }) => name)).toEqual(['sum']);
});

test('no such version is found, and nothing fails, on any route', async () => {
  for (const [method, path] of (await routesWithNames()).filter(([, path]) => path.includes('{version}'))) {
    for (const version of versions) {
      const address = path.replace('{model}', 'sum').replace('{version}', version);
      const { status } = await send(method, address);
      expect([400, 404], `${method} ${address} was answered ${status}`).toContain(status);
    }
  }
});

describe('the files of the documentation page', () => {
  test.each([
    '/docs/static/../../package.json',
    '/docs/static/%2e%2e/package.json',
    '/docs/static/..%2f..%2fpackage.json',
    '/docs/static/..%5cpackage.json',
    '/docs/static//etc/passwd',
    '/docs/static/%2fetc%2fpasswd',
    '/docs/static/swagger-ui.css%00',
    '/docs/static/.',
    '/docs/../package.json',
  ])('do not include %s', async (path) => {
    const { status, body } = await send('GET', path);
    expect([400, 403, 404]).toContain(status);
    expect(body).not.toMatch(/"dependencies"|root:/);
  });
});
