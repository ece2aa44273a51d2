// POST /invocations as a route: whose answer it is, what bodies it takes, how it refuses.

import { gzipSync } from 'node:zlib';
import { lookupModel } from '@flightdeck/onnx/fixtures';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serve, temporaryRegistry } from '../sum-model.fixture.ts';
import { promoteGraph } from '../toy-models.fixture.ts';
import { expectRefusal, scoringServers } from './invocations.fixture.ts';

let servers: Awaited<ReturnType<typeof scoringServers>>;

beforeAll(async () => {
  servers = await scoringServers();
});

afterAll(() => servers.close());

const record = { a: 1, b: 2, origin: 'ATL' };
const good = { dataframe_records: [record] };

describe('an error', () => {
  test("has the body that MLflow's clients read, and our own code beside it", async () => {
    const { status, body, id } = await servers.invoke('sum', { dataframe_records: [{ a: 1 }] });
    expect(status).toBe(400);
    expect(body).toEqual({
      error_code: 'BAD_REQUEST',
      message: 'The request lacks b, origin. Send a column for every input; null is a missing value.',
      code: 'INPUT_INVALID',
      requestId: id,
    });
  });

  test.each(['/invocations', '/invocations?a=1', '/version?a=1'])(
    'has it for a method that nothing answers at %s',
    async (url) => {
      const answer = await servers.appOf('sum').inject({ method: 'DELETE', url });
      expect(answer.statusCode).toBe(405);
      expect(answer.json()).toMatchObject({ error_code: 'BAD_REQUEST', code: 'METHOD_NOT_ALLOWED' });
    },
  );

  test.each(['/invocationsx', '/v1/invocations'])(
    'has not at %s, which is no address of MLflow',
    async (url) => {
      const answer = await servers.appOf('sum').inject(url);
      expect(answer.json().error).toMatchObject({ code: 'ROUTE_NOT_FOUND' });
    },
  );
});

describe('the model', () => {
  test('has to be chosen where several are served', async () => {
    const answer = servers.invoke('', good);
    await expectRefusal(answer, 'MODEL_NOT_CHOSEN', 'add, identity, lookup, people, sequence, single, sum');
    await expectRefusal(answer, 'MODEL_NOT_CHOSEN', 'SERVING_INVOCATIONS_MODEL');
  });

  test('that was chosen must be served', async () => {
    const answer = servers.invoke('unheard-of', good);
    await expectRefusal(answer, 'MODEL_NOT_FOUND', 'Served: ', 404);
    expect((await answer).body.error_code).toBe('ENDPOINT_NOT_FOUND');
  });

  test('is not ready before it is loaded: 503, with the reason', async () => {
    await using idle = await serve(servers.registry);
    const answer = await idle.app.inject({ method: 'POST', url: '/invocations', payload: good });
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toMatchObject({ error_code: 'TEMPORARILY_UNAVAILABLE', code: 'NOT_READY' });
  });

  test('needs no choice where there is one', async () => {
    await using alone = await temporaryRegistry();
    const golden = [{ inputs: { index: 3 }, outputs: { value: 30 } }];
    await promoteGraph(alone.registry, 'lookup', lookupModel(), golden);
    await using one = await serve(alone.registry);
    await one.converge();
    const answer = await one.app.inject({ method: 'POST', url: '/invocations', payload: { inputs: [3] } });
    expect(answer.json()).toEqual({ predictions: { value: [30] } });
  });
});

describe('a body', () => {
  test.each([
    ['{}', 'must hold exactly one of dataframe_split, dataframe_records, instances, inputs'],
    ['{ "inputs": [1], "instances": [1] }', 'must hold exactly one of'],
    ['{ "dataframe_records": [{}], "foo": 1 }', 'must be a JSON object of one of'],
    ['{ "inputs": [1], "signature_name": "x" }', 'must be a JSON object of one of'],
    ['[1]', 'must be a JSON object of one of'],
    ['"inputs"', 'must be a JSON object of one of'],
    ['null', 'must be a JSON object of one of'],
    ['{ "dataframe_split": [] }', 'dataframe_split must be an object of columns, data and perhaps index'],
    ['{ "dataframe_split": { "columns": [], "data": [], "x": 1 } }', 'must be an object of columns, data'],
    ['{ "dataframe_split": { "data": [[1]] } }', 'dataframe_split/columns must be a list'],
    ['{ "dataframe_records": { "a": 1 } }', 'dataframe_records must be a list'],
    ['{ "instances": null }', 'instances and inputs must be a list or an object'],
    ['{ "inputs": 5 }', 'instances and inputs must be a list or an object'],
    ['{ "inputs": [1], "params": [1] }', 'params must be an object'],
  ])('like %s is refused: %s', async (payload, message) => {
    await expectRefusal(servers.invoke('sum', payload), 'INVALID_BODY', message);
  });

  test('with params is refused by their names; none, or an empty object, are fine', async () => {
    const answer = servers.invoke('sum', { ...good, params: { temperature: 1 } });
    await expectRefusal(answer, 'UNKNOWN_FIELD', 'none called "temperature"');
    expect(await servers.invoke('sum', { ...good, params: {} })).toMatchObject({ status: 200 });
    expect(await servers.invoke('sum', { ...good, params: null })).toMatchObject({ status: 200 });
  });

  test('with an infinite number is malformed JSON, as is one with NaN where no value can be', async () => {
    await expectRefusal(servers.invoke('lookup', '{ "inputs": [Infinity] }'), 'MALFORMED_JSON', 'send null');
    await expectRefusal(servers.invoke('lookup', '{ NaN: [1] }'), 'MALFORMED_JSON', 'send null');
  });

  test.each([
    ['application/json; charset=latin1', '"charset=latin1"'],
    ['application/json; format=pandas-split', '"format=pandas-split"'],
    ['text/csv; header=present', '"header=present"'],
    ['text/plain', '"text/plain"'],
    ['application/vnd.apache.parquet', '"application/vnd.apache.parquet"'],
  ])('of type %s is refused, with the types that there are', async (type, message) => {
    const answer = servers.invoke('sum', '{}', { 'content-type': type });
    await expectRefusal(answer, 'UNSUPPORTED_MEDIA_TYPE', message, 415);
    await expectRefusal(answer, 'UNSUPPORTED_MEDIA_TYPE', 'Send application/json or text/csv', 415);
  });

  test('of no type is refused likewise', async () => {
    const payload = Buffer.from(JSON.stringify(good));
    const answer = await servers.appOf('sum').inject({ method: 'POST', url: '/invocations', payload });
    expect(answer.statusCode).toBe(415);
    expect(answer.json().message).toContain('has no content-type');
  });

  test('over the limit is refused, also if it is so only once it is decompressed', async () => {
    const long = `index\n${'1\n'.repeat(60_000)}`;
    await expectRefusal(servers.csv('lookup', long), 'BODY_TOO_LARGE', '100000 bytes', 413);
    const headers = { 'content-type': 'text/csv', 'content-encoding': 'gzip' };
    await expectRefusal(
      servers.invoke('lookup', gzipSync(long), headers),
      'BODY_TOO_LARGE',
      '100000 bytes',
      413,
    );
  });

  test('may name its charset, and be compressed', async () => {
    const type = { 'content-type': 'Application/JSON; charset="UTF-8"' };
    expect(await servers.invoke('sum', good, type)).toMatchObject({ status: 200 });
    const packed = gzipSync(JSON.stringify(good));
    expect(await servers.invoke('sum', packed, { 'content-encoding': 'gzip' })).toMatchObject({
      status: 200,
    });
    const table = { 'content-type': 'text/csv; charset=utf-8', 'content-encoding': 'gzip' };
    expect((await servers.invoke('lookup', gzipSync('index\n3\n'), table)).body).toEqual({
      predictions: { value: [30] },
    });
  });
});

test('a timeout that is no number is refused, and one that cannot be met is told as MLflow tells it', async () => {
  const answer = servers.invoke('sum', good, { 'request-timeout': 'soon' });
  await expectRefusal(answer, 'TIMEOUT_INVALID', 'Request-Timeout');
  const hurried = servers.invoke('sum', good, { 'request-timeout': '1e-9' });
  await expectRefusal(hurried, 'OVERLOADED', 'Retry-After', 429);
  expect((await hurried).body.error_code).toBe('RESOURCE_EXHAUSTED');
});
