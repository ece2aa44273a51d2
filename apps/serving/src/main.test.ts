// The real process, with one event loop: what signals, a taken port and a moving alias do to it. cluster/primary.test.ts is about
// several.

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test, vi } from 'vitest';
import { beginRequest, body, failure, launch, received, start } from './cluster/serving-process.fixture.ts';
import { promoteSum, temporaryRegistry } from './sum-model.fixture.ts';

// A process starts in about a second, on a busy machine in several.
vi.setConfig({ testTimeout: 60_000 });

const keys = JSON.stringify([{ name: 'a-test', key: 'k'.repeat(32), scopes: ['predict'] }]);

test('a wrong variable ends the process with its name and exit code 1', async () => {
  await using state = await temporaryRegistry();
  await using launched = launch(state.home, { SERVING_MAX_INSTANCES: 'many' });
  expect(await failure(launched)).toMatchObject({
    code: 1,
    error: { code: 'ENV_INVALID', msg: expect.stringContaining('SERVING_MAX_INSTANCES') },
  });
});

test('a port in use ends the process with the port, the remedy and exit code 1', async () => {
  await using state = await temporaryRegistry();
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const port = String((holder.address() as AddressInfo).port);
  await using launched = launch(state.home, { SERVING_PORT: port });
  expect(await failure(launched)).toMatchObject({
    code: 1,
    error: {
      code: 'PORT_IN_USE',
      msg: expect.stringMatching(new RegExp(`Port ${port} .* set SERVING_PORT`)),
    },
  });
  holder.close();
});

test('an address that other machines may reach is refused without keys', async () => {
  await using state = await temporaryRegistry();
  await using launched = launch(state.home, { SERVING_HOST: '0.0.0.0' });
  expect(await failure(launched)).toMatchObject({ code: 1, error: { code: 'KEYS_REQUIRED' } });
});

test('an address that is not of this machine is refused with the variable to change', async () => {
  await using state = await temporaryRegistry();
  await using launched = launch(state.home, { SERVING_HOST: '203.0.113.7', SERVING_KEYS: keys });
  expect(await failure(launched)).toMatchObject({
    code: 1,
    error: { code: 'ADDRESS_NOT_USABLE', msg: expect.stringContaining('SERVING_HOST') },
  });
});

test('SIGTERM while a request is under way: it is answered, and the process exits with 0', async () => {
  await using state = await temporaryRegistry();
  await promoteSum(state.registry);
  await using serving = await start(state.home);
  await serving.line(({ msg }) => msg === 'model loaded');

  const socket = await beginRequest(serving.port);
  serving.child.kill('SIGTERM');
  await serving.line(({ msg }) => msg.startsWith('stopping'));
  socket.write(body);
  const answer = await received(socket);
  expect(answer).toContain('HTTP/1.1 200 OK');
  expect(answer.toLowerCase()).toContain('connection: close');
  expect(answer).toContain('"probability":0.5');
  expect(await serving.exit).toBe(0);
});

test('a request that never ends holds a shutdown no longer than the grace period', async () => {
  await using state = await temporaryRegistry();
  await promoteSum(state.registry);
  await using serving = await start(state.home, { SERVING_GRACE_MS: '50' });
  await serving.line(({ msg }) => msg === 'model loaded');
  const socket = await beginRequest(serving.port);
  socket.on('error', () => {});
  serving.child.kill('SIGTERM');
  expect(await serving.exit).toBe(0);
});

test('the same signal a second time ends it at once, whatever is under way', async () => {
  await using state = await temporaryRegistry();
  await promoteSum(state.registry);
  await using serving = await start(state.home);
  const socket = await beginRequest(serving.port);
  socket.on('error', () => {});
  serving.child.kill('SIGINT');
  await serving.line(({ msg }) => msg.startsWith('stopping'));
  serving.child.kill('SIGINT');
  expect(await serving.exit).toBe(130);
});

test('Ctrl-C in a terminal, which a parent passes on as SIGTERM, still stops in good order', async () => {
  await using state = await temporaryRegistry();
  await promoteSum(state.registry);
  await using serving = await start(state.home);
  await serving.line(({ msg }) => msg === 'model loaded');
  const socket = await beginRequest(serving.port);
  serving.child.kill('SIGINT');
  await serving.line(({ msg }) => msg.startsWith('stopping'));
  serving.child.kill('SIGTERM');
  await serving.line(({ msg }) => msg === 'already stopping');
  socket.write(body);
  expect(await received(socket)).toContain('HTTP/1.1 200 OK');
  expect(await serving.exit).toBe(0);
});

test('it ends when the process that started it is gone', async () => {
  await using state = await temporaryRegistry();
  await using serving = await start(state.home);
  serving.child.disconnect();
  await serving.line(({ reason }) => reason === 'parent gone');
  expect(await serving.exit).toBe(0);
});

test('it is live before it is ready, and follows the registry without a restart', async () => {
  await using state = await temporaryRegistry();
  await using serving = await start(state.home);
  const get = (path: string) => fetch(`http://127.0.0.1:${serving.port}${path}`);
  expect((await get('/v2/health/live')).status).toBe(200);
  expect((await get('/v2/health/ready')).status).toBe(503);

  await promoteSum(state.registry, { bias: 0 });
  await serving.line(({ msg, version }) => msg === 'model loaded' && version === 1);
  expect((await get('/v2/health/ready')).status).toBe(200);

  await promoteSum(state.registry, { bias: 1 });
  await serving.line(({ msg, version }) => msg === 'model loaded' && version === 2);
  const models = (await (await get('/v1/models')).json()) as { models: { served: { version: number } }[] };
  expect(models.models[0]!.served.version).toBe(2);
});

test('every log line of a request has its id', async () => {
  await using state = await temporaryRegistry();
  await using serving = await start(state.home);
  const url = `http://127.0.0.1:${serving.port}/v1/models/none/predict`;
  const headers = { 'content-type': 'application/json', 'x-request-id': 'trace-me' };
  await fetch(url, { method: 'POST', body, headers });
  const refused = await serving.line(({ msg }) => msg === 'refused');
  expect(refused).toMatchObject({ requestId: 'trace-me', code: 'MODEL_NOT_READY' });
  const answered = await serving.line(({ msg }) => msg === 'answered');
  expect(answered).toMatchObject({ requestId: 'trace-me', method: 'POST', status: 503 });
});
