// Who may call what, over HTTP. Refusals first.

import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { promoteSum, type ServeOptions, serve, temporaryRegistry } from '../sum-model.fixture.ts';
import { bearer, secrets, testKeys } from './keys.fixture.ts';

let state: Awaited<ReturnType<typeof temporaryRegistry>>;
const url = '/v1/models/sum/predict';
const payload = { instance: { a: 1 } };

beforeAll(async () => {
  state = await temporaryRegistry();
  await promoteSum(state.registry);
});
afterAll(() => state[Symbol.asyncDispose]());

async function serving(options: ServeOptions = {}) {
  const it = await serve(state.registry, options);
  // For tests of what a route declares.
  it.app.post('/administer', { config: { scope: 'admin' } }, async ({ caller }) => ({
    caller: caller!.name,
  }));
  it.app.get('/undeclared', async ({ caller }) => ({ caller: caller?.name ?? null }));
  await it.converge();
  return it;
}

describe('with keys', () => {
  let it: Awaited<ReturnType<typeof serving>>;
  const lines: string[] = [];
  beforeAll(async () => {
    const stream = { write: (line: string) => void lines.push(line) };
    it = await serving({ keys: await testKeys(), accessLog: 'all', logger: { level: 'info', stream } });
  });
  afterAll(() => it[Symbol.asyncDispose]());

  test.each([
    ['GET', '/undeclared'],
    ['GET', '/v1/models'],
    ['POST', url],
    ['GET', '/metrics'],
    ['HEAD', '/metrics'],
    ['POST', '/administer'],
    ['GET', '/no-such-route'],
    ['TRACE', '/'],
    ['GET', '//v2/health/live'],
    ['GET', '/v2/health/live/../../../v1/models'],
    ['GET', '/docs/../v1/models'],
    ['GET', '/docs%2f..%2fv1/models'],
  ] as const)('%s %s needs one, and says how to send it', async (method, address) => {
    const answer = await it.app.inject({ method, url: address, payload });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    if (method === 'HEAD') return;
    expect(answer.json()).toMatchObject({
      error: { code: 'KEY_REQUIRED', message: expect.stringContaining('Authorization: Bearer KEY') },
    });
  });

  test('below /v2 the refusal has the error body of the Open Inference Protocol', async () => {
    const answer = await it.app.inject('/v2/nothing');
    expect(answer.statusCode).toBe(401);
    expect(answer.json()).toEqual({ error: expect.stringContaining('Authorization: Bearer KEY') });
  });

  test.each([
    ['another key', 'Bearer secret-of-nobody-at-all', 'KEY_UNKNOWN'],
    ['the start of a key', `Bearer ${secrets.predict.slice(0, -1)}`, 'KEY_UNKNOWN'],
    ['more than a key', `Bearer ${secrets.predict}x`, 'KEY_UNKNOWN'],
    ['a key in capitals', `Bearer ${secrets.predict.toUpperCase()}`, 'KEY_UNKNOWN'],
    ['a long key', `Bearer ${'x'.repeat(10_000)}`, 'KEY_UNKNOWN'],
    ['two keys', `Bearer ${secrets.predict} ${secrets.predict}`, 'KEY_REQUIRED'],
    ['a key with a comma behind it', `Bearer ${secrets.predict},`, 'KEY_UNKNOWN'],
    ['no scheme', secrets.predict, 'KEY_REQUIRED'],
    ['another scheme', `Basic ${btoa(`predictor:${secrets.predict}`)}`, 'KEY_REQUIRED'],
    ['a scheme alone', 'Bearer ', 'KEY_REQUIRED'],
    ['nothing', '', 'KEY_REQUIRED'],
  ])('%s is refused', async (_name, authorization, code) => {
    const answer = await it.app.inject({ method: 'POST', url, payload, headers: { authorization } });
    expect([answer.statusCode, answer.json().error.code]).toEqual([401, code]);
  });

  test.each([
    ['predict', 'POST', '/administer', 'admin'],
    ['predict', 'GET', '/metrics', 'metrics'],
    ['metrics', 'POST', url, 'predict'],
    ['metrics', 'GET', '/undeclared', 'predict'],
    ['metrics', 'GET', '/no-such-route', 'predict'],
  ] as const)('a key for %s may not %s %s, which needs %s', async (key, method, address, scope) => {
    const answer = await it.app.inject({ method, url: address, payload, headers: bearer(key) });
    expect(answer.statusCode).toBe(403);
    expect(answer.headers['www-authenticate']).toBe(`Bearer error="insufficient_scope", scope="${scope}"`);
    expect(answer.json().error).toMatchObject({
      code: 'SCOPE_MISSING',
      message: expect.stringContaining(`lacks the scope ${scope}`),
    });
  });

  test('the body of a refused request is not read', async () => {
    const answer = await it.app.inject({
      method: 'POST',
      url,
      payload: '{',
      headers: { 'content-type': 'json' },
    });
    expect(answer.json().error.code).toBe('KEY_REQUIRED');
  });

  test.each([
    '/',
    '/docs',
    '/docs/json',
    '/docs/static/swagger-ui.css',
    '/v2/health/live',
    '/v2/health/ready',
  ])('%s is open', async (address) => {
    expect((await it.app.inject(address)).statusCode).toBe(200);
  });

  test.each([
    ['predict', 'POST', url],
    ['predict', 'GET', '/undeclared'],
    ['metrics', 'GET', '/metrics'],
    ['admin', 'POST', url],
    ['admin', 'GET', '/metrics'],
    ['admin', 'POST', '/administer'],
  ] as const)('a key for %s may %s %s', async (key, method, address) => {
    const answer = await it.app.inject({ method, url: address, payload, headers: bearer(key) });
    expect(answer.statusCode).toBe(200);
  });

  test.each(['bearer', 'BEARER', 'Bearer  '])('the scheme may be written %s', async (scheme) => {
    const headers = { authorization: `${scheme} ${secrets.predict}` };
    expect((await it.app.inject({ url: '/v1/models', headers })).statusCode).toBe(200);
  });

  test('the route and every line of the log know whose key it was, and no line has a key', async () => {
    lines.length = 0;
    const answer = await it.app.inject({ method: 'POST', url: '/administer', headers: bearer('admin') });
    expect(answer.json()).toEqual({ caller: 'administrator' });
    await it.app.inject({ method: 'POST', url: '/administer', headers: bearer('predict') });
    await it.app.inject({ url: '/v1/models', headers: { authorization: 'Bearer some-unknown-secret' } });
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { msg: 'answered', caller: 'administrator', status: 200 },
      { msg: 'refused', caller: 'predictor', code: 'SCOPE_MISSING' },
      { msg: 'answered', caller: 'predictor', status: 403 },
      { msg: 'refused', code: 'KEY_UNKNOWN' },
      { msg: 'answered', status: 401 },
    ]);
    expect(lines.join()).not.toContain('secret');
  });

  test('any Host is answered: whoever has a key may come from anywhere', async () => {
    const headers = { host: 'models.example.com', ...bearer('predict') };
    expect((await it.app.inject({ url: '/v1/models', headers })).statusCode).toBe(200);
  });

  test('GET / and the OpenAPI document say so, route by route', async () => {
    expect((await it.app.inject('/')).json().authorization).toContain('Bearer KEY');
    const { components, paths } = (await it.app.inject('/docs/json')).json();
    expect(components.securitySchemes.bearer).toMatchObject({ type: 'http', scheme: 'bearer' });
    expect(paths['/v1/models/{model}/predict'].post.security).toEqual([{ bearer: ['predict'] }]);
    expect(paths['/metrics'].get.security).toEqual([{ bearer: ['metrics'] }]);
    expect(paths['/v2/health/live'].get.security).toEqual([]);
  });

  test('a warning about their file is in the log', async () => {
    const warned: string[] = [];
    const keys = { ...(await testKeys()), warnings: ['mind the file'] };
    await using _ = await serving({
      keys,
      logger: { level: 'warn', stream: { write: (line: string) => void warned.push(line) } },
    });
    expect(warned.map((line) => JSON.parse(line))).toMatchObject([{ level: 40, msg: 'mind the file' }]);
  });
});

describe('without keys', () => {
  let it: Awaited<ReturnType<typeof serving>>;
  beforeAll(async () => {
    it = await serving();
  });
  afterAll(() => it[Symbol.asyncDispose]());

  test.each([
    'evil.example',
    'evil.example:8080',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '127.evil.example',
    'evil.example#localhost',
    'user@localhost',
    'localhost,evil.example',
    '128.0.0.1',
    '0.0.0.0:8080',
    '[::2]:8080',
    '[::1].evil.example',
    '192.168.1.2:8080',
    ' ',
  ])('Host: %s is refused', async (host) => {
    const answer = await it.app.inject({ url: '/v1/models', headers: { host } });
    expect([answer.statusCode, answer.json().error]).toMatchObject([
      403,
      { code: 'HOST_NOT_ALLOWED', message: expect.stringContaining('as localhost or 127.0.0.1') },
    ]);
  });

  test.each(['localhost', 'LOCALHOST:8080', '127.0.0.1:1', '127.8.9.10', '[::1]:8080'])(
    'Host: %s is answered, and asked for no key',
    async (host) => {
      expect((await it.app.inject({ url: '/undeclared', headers: { host } })).json()).toEqual({
        caller: null,
      });
    },
  );

  test('GET / and the OpenAPI document ask for no key', async () => {
    expect((await it.app.inject('/')).json().authorization).toContain('No key is needed');
    const document = (await it.app.inject('/docs/json')).json();
    expect(document.components.securitySchemes).toBeUndefined();
    expect(document.paths['/metrics'].get.security).toBeUndefined();
  });
});

describe('a web page of another origin', () => {
  let it: Awaited<ReturnType<typeof serving>>;
  beforeAll(async () => {
    it = await serving();
  });
  afterAll(() => it[Symbol.asyncDispose]());
  const host = 'localhost:8080';

  test.each([
    ['a POST of plain text', 'POST', { origin: 'https://evil.example', 'content-type': 'text/plain' }],
    ['a POST without a body', 'POST', { origin: 'https://evil.example' }],
    ['a form in a frame without an origin', 'POST', { origin: 'null' }],
    ['a form', 'POST', { origin: 'https://evil.example', 'sec-fetch-mode': 'navigate' }],
    ['a form of an old browser', 'POST', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
    [
      'another port of this machine',
      'POST',
      { origin: 'http://localhost:5173', 'sec-fetch-site': 'same-site' },
    ],
    ['a name that looks like ours', 'POST', { origin: 'http://localhost:8080.evil.example' }],
    ['a scheme that is none of ours', 'POST', { origin: 'chrome-extension://localhost:8080' }],
    ['a preflight', 'OPTIONS', { origin: 'https://evil.example', 'access-control-request-method': 'POST' }],
    ['an image', 'GET', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
    ['a script of the same site', 'GET', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' }],
  ] as const)('cannot send %s', async (_name, method, headers) => {
    const answer = await it.app.inject({ method, url: '/administer', headers: { host, ...headers } });
    expect([answer.statusCode, answer.json().error]).toMatchObject([
      403,
      { code: 'CROSS_ORIGIN_REFUSED', message: expect.stringContaining('SERVING_CORS_ORIGINS') },
    ]);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });

  test('may link to this one', async () => {
    const headers = { host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect((await it.app.inject({ url: '/docs', headers })).statusCode).toBe(200);
  });

  test.each([
    ['its own page', { origin: 'http://localhost:8080', 'sec-fetch-site': 'same-origin' }],
    ['its own page, behind a proxy that ends TLS', { origin: 'https://localhost:8080' }],
    ['an address that was typed', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }],
    ['a program', {}],
  ])('is told from %s', async (_name, headers) => {
    const answer = await it.app.inject({ method: 'POST', url, payload, headers: { host, ...headers } });
    expect(answer.statusCode).toBe(200);
  });
});

describe('an origin that is on the list', () => {
  const origin = 'https://console.example.com';

  test.each([
    '*',
    'null',
    'https://a.example/',
    'https://a.example/page',
    'a.example',
    'https://*.example',
    '',
  ])('is an origin and nothing else: not "%s"', async (wrong) => {
    await expect(serve(state.registry, { corsOrigins: [origin, wrong] })).rejects.toMatchObject({
      code: 'CORS_ORIGIN_INVALID',
      message: expect.stringContaining(`"${wrong}"`),
    });
  });

  test('may ask first, without a key, and then read answers and refusals', async () => {
    await using it = await serving({ keys: await testKeys(), corsOrigins: [origin] });
    const preflight = await it.app.inject({
      method: 'OPTIONS',
      url,
      headers: { origin, 'access-control-request-method': 'POST' },
    });
    expect(preflight.statusCode).toBe(204);
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-headers': expect.stringContaining('authorization'),
    });
    const refused = await it.app.inject({ method: 'POST', url, payload, headers: { origin } });
    expect(refused.statusCode).toBe(401);
    expect(refused.headers['access-control-allow-origin']).toBe(origin);
    const answer = await it.app.inject({
      method: 'POST',
      url,
      payload,
      headers: { origin, ...bearer('predict') },
    });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['access-control-allow-origin']).toBe(origin);
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
  });

  test('leaves the others out', async () => {
    await using it = await serving({ corsOrigins: [origin] });
    for (const other of ['https://evil.example', 'http://console.example.com', 'null']) {
      const answer = await it.app.inject({ method: 'POST', url, payload, headers: { origin: other } });
      expect([answer.statusCode, answer.json().error.code]).toEqual([403, 'CROSS_ORIGIN_REFUSED']);
    }
  });
});

describe('headers for browsers', () => {
  test('are the full set on pages, which run no script but their own, and one on data', async () => {
    await using it = await serving();
    const page = await it.app.inject('/docs');
    expect(page.headers).toMatchObject({
      'content-security-policy': expect.stringContaining("script-src 'self';"),
      'x-frame-options': 'SAMEORIGIN',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    expect(page.headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
    const scripts = [...page.body.matchAll(/<script[^>]*>([^<]*)/g)];
    expect(scripts.length).toBeGreaterThan(0);
    for (const [tag, content] of scripts) {
      expect(tag).toMatch(/src="\/docs\/static\//);
      expect(content!.trim()).toBe('');
    }
    for (const address of ['/v1/models', '/nothing', '/%zz']) {
      const { headers } = await it.app.inject(address);
      expect(headers['x-content-type-options'], address).toBe('nosniff');
      expect(headers['content-type'], address).toMatch(/^application\/json/);
      expect(headers).not.toHaveProperty('content-security-policy');
    }
  });
});

describe('a limit', () => {
  afterEach(() => void vi.useRealTimers());

  async function statuses(it: Awaited<ReturnType<typeof serving>>, key: keyof typeof secrets, times: number) {
    const answers = [];
    for (let i = 0; i < times; i++)
      answers.push(await it.app.inject({ url: '/v1/models', headers: bearer(key) }));
    return answers.map(({ statusCode }) => statusCode);
  }

  test('refuses what is over it, says when to come back, and then lets it in', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await using it = await serving({ keys: await testKeys() });
    expect(await statuses(it, 'slow', 3)).toEqual([200, 200, 429]);
    const refused = await it.app.inject({ url: '/v1/models', headers: bearer('slow') });
    expect(refused.headers['retry-after']).toBe('1');
    expect(refused.json().error).toMatchObject({
      code: 'RATE_LIMITED',
      message: 'Key slow may send 2 requests a second. Send the next one in 1 s.',
    });
    vi.setSystemTime(Date.now() + 1000);
    expect(await statuses(it, 'slow', 3)).toEqual([200, 200, 429]);
  });

  test('is that of one key', async () => {
    await using it = await serving({ keys: await testKeys() });
    expect(await statuses(it, 'slow', 3)).toEqual([200, 200, 429]);
    expect(await statuses(it, 'predict', 20)).toEqual(Array(20).fill(200));
  });

  test('is shared by the processes of one port, down to less than one a second', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await using it = await serving({ keys: await testKeys(), shares: 5 });
    expect(await statuses(it, 'slow', 2)).toEqual([200, 429]);
    vi.setSystemTime(Date.now() + 2499);
    expect(await statuses(it, 'slow', 1)).toEqual([429]);
    vi.setSystemTime(Date.now() + 1);
    expect(await statuses(it, 'slow', 2)).toEqual([200, 429]);
  });

  test('does not count what was refused before it', async () => {
    await using it = await serving({ keys: await testKeys() });
    const forbidden = await it.app.inject({ url: '/metrics', headers: bearer('slow') });
    expect(forbidden.statusCode).toBe(403);
    expect(await statuses(it, 'slow', 2)).toEqual([200, 200]);
  });
});
