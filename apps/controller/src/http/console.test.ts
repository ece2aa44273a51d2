// What a browser needs beside answers: files, a session, and to be told when something has changed.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import cookie from '@fastify/cookie';
import { manualClock } from '@flightdeck/core';
import Fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppDeps } from '../app.ts';
import { authenticate } from './authentication.ts';
import { type ChangeFeed, changeFeed } from './change-feed.ts';
import { changeRoute } from './change-route.ts';
import { consoleFiles } from './console-files.ts';
import { answerError, answerNotFound } from './errors.ts';
import { keysOf } from './keys.ts';
import { sessionRoutes, sessionStore } from './sessions.ts';

const hour = 3_600_000;
const clock = manualClock(0);
let folder: string;
let app: FastifyInstance;
let onWrite: () => void;
let feed: ChangeFeed;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flightdeck-console-'));
  const json = JSON.stringify([
    { name: 'grace', key: 'a-key-that-may-all', scopes: ['admin'] },
    { name: 'grafana', key: 'a-key-that-may-read', scopes: ['read'] },
  ]);
  const access = { keys: await keysOf({ json }), sessions: sessionStore(clock) };
  feed = changeFeed({
    watch: (listener: () => void) => {
      onWrite = listener;
      return { stop() {} };
    },
  } as AppDeps['registry']);
  app = Fastify();
  app.setErrorHandler(answerError);
  app.setNotFoundHandler({}, answerNotFound);
  app.register(cookie, { hook: false });
  authenticate(app, access);
  sessionRoutes(app, access);
  changeRoute(app, { changes: feed } as AppDeps);
  app.post('/v1/write', { config: { needs: 'admin' } }, async ({ keyName }) => ({ by: keyName }));
  app.register(consoleFiles, { folder });
});
afterEach(async () => {
  await app.close();
  feed.close();
  await rm(folder, { recursive: true });
});

const signIn = async (key: string) => {
  const { statusCode, headers } = await app.inject({ method: 'POST', url: '/v1/session', payload: { key } });
  return { statusCode, cookie: String(headers['set-cookie'] ?? '') };
};
const own = { host: 'localhost', origin: 'http://localhost' };
const codeOf = async (asked: PromiseLike<LightMyRequestResponse>) => {
  const { statusCode, json } = await asked;
  return `${statusCode} ${json().error.code}`;
};

describe('a session', () => {
  it('is not had with a key that is not known', async () => {
    expect(await signIn('nobody-knows-this-key')).toEqual({ statusCode: 401, cookie: '' });
  });

  it('is a cookie that no script reads and no other site sends', async () => {
    const { cookie } = await signIn('a-key-that-may-all');
    expect(cookie).toMatch(
      /^flightdeck_session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/,
    );
  });

  it('may what its key may, under its name, until it ends', async () => {
    const { cookie } = await signIn('a-key-that-may-all');
    const headers = { ...own, cookie };
    const write = () => app.inject({ method: 'POST', url: '/v1/write', headers });
    expect((await write()).json()).toEqual({ by: 'grace' });
    expect((await app.inject({ url: '/v1/session', headers })).json()).toEqual({
      ...{ keysNeeded: true, name: 'grace', scopes: ['read', 'alerts', 'admin'] },
    });
    await app.inject({ method: 'DELETE', url: '/v1/session', headers });
    expect(await codeOf(write())).toBe('401 KEY_REQUIRED');
  });

  it('ends after twelve hours', async () => {
    const { cookie } = await signIn('a-key-that-may-all');
    const write = () => app.inject({ method: 'POST', url: '/v1/write', headers: { ...own, cookie } });
    clock.advance(12 * hour - 1);
    expect((await write()).statusCode).toBe(200);
    clock.advance(1);
    expect(await codeOf(write())).toBe('401 KEY_REQUIRED');
  });

  it('may no more than its key', async () => {
    const { cookie } = await signIn('a-key-that-may-read');
    const asked = app.inject({ method: 'POST', url: '/v1/write', headers: { ...own, cookie } });
    expect(await codeOf(asked)).toBe('403 SCOPE_MISSING');
  });

  it.each([
    ['of another origin', { origin: 'https://evil.example' }, '403 CROSS_ORIGIN_REFUSED'],
    ['that a form elsewhere sent', { 'sec-fetch-site': 'cross-site' }, '403 CROSS_ORIGIN_REFUSED'],
    ['that does not say whose page it is of', {}, '401 KEY_REQUIRED'],
  ])('changes nothing by a request %s', async (_which, more, refusal) => {
    const { cookie } = await signIn('a-key-that-may-all');
    const headers = { host: 'localhost', cookie, ...more };
    expect(await codeOf(app.inject({ method: 'POST', url: '/v1/write', headers }))).toBe(refusal);
  });
});

describe('the files of the console', () => {
  const page = { accept: 'text/html,*/*' };

  it('say how they are made, where they are not', async () => {
    const answer = await app.inject({ url: '/', headers: page });
    expect(answer.json().error).toMatchObject({
      code: 'CONSOLE_NOT_BUILT',
      message: expect.stringContaining('npm run build'),
    });
  });

  it('are served with a policy that runs no script but our own, and kept by browsers where their name is their content', async () => {
    await writeFile(join(folder, 'index.html'), '<p>the console');
    await mkdir(join(folder, 'assets'));
    await writeFile(join(folder, 'assets/index-3f.js'), '1');
    const first = await app.inject({ url: '/models/flight-delay/3?compare=2', headers: page });
    expect(first.body).toBe('<p>the console');
    expect(first.headers).toMatchObject({
      'content-type': expect.stringContaining('text/html'),
      'cache-control': 'no-cache',
      'content-security-policy': expect.stringMatching(/frame-ancestors 'none';.*script-src 'self';/),
    });
    const script = await app.inject({ url: '/assets/index-3f.js' });
    expect(script.body).toBe('1');
    expect(script.headers['cache-control']).toContain('immutable');
  });

  it('are none of other folders, and no answers for programs', async () => {
    await writeFile(join(folder, 'index.html'), '<p>the console');
    await writeFile(join(folder, '../secret.txt'), 'secret');
    for (const url of [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/assets/absent.js',
      '/v1/nothing',
      '/nothing',
    ])
      expect(await codeOf(app.inject({ url }))).toBe('404 ROUTE_NOT_FOUND');
    expect(await codeOf(app.inject({ url: '/v1/nothing', headers: page }))).toBe('404 ROUTE_NOT_FOUND');
    await rm(join(folder, '../secret.txt'));
  });
});

it('tells whoever listens that something has changed, once for all that happens at about the same time', async () => {
  const url = await app.listen({ port: 0 });
  const headers = { authorization: 'Bearer a-key-that-may-read' };
  const { body, headers: said } = await fetch(`${url}/v1/changes`, { headers });
  expect(said.get('content-type')).toBe('text/event-stream');
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader.read()).value).toBe('retry: 2000\n\n');
  for (let i = 0; i < 5; i++) onWrite();
  feed.announce();
  expect((await reader.read()).value).toBe('event: changed\ndata:\n\n');
  // One more event would be here before the end.
  await app.close();
  expect(await reader.read()).toEqual({ done: true, value: undefined });
  expect(feed.listeners).toBe(0);
});

it('a browser without a session is told nothing', async () => {
  expect(await codeOf(app.inject({ url: '/v1/changes' }))).toBe('401 KEY_REQUIRED');
});
