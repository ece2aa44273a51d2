// The suite against a right server, over real HTTP, and against servers that are right in unusual ways.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Defect, Refusal, referenceFetch, startReferenceServer } from './reference-server.fixture.ts';
import { isBreach, type Result } from './requirement.ts';
import { type ConformanceOptions, requirementNames, runConformance } from './run-conformance.ts';

const lookupSample = {
  inputs: [{ name: 'id', datatype: 'INT64', shape: [2, 1], data: [1500, 2500] }],
};

function run(defect: Defect, options: Partial<ConformanceOptions> = {}) {
  return runConformance({
    baseUrl: 'http://reference',
    fetch: referenceFetch(defect),
    models: ['add'],
    ...options,
  });
}

const ids = (results: readonly Result[], status: Result['status']) =>
  results.filter((result) => result.status === status).map(({ id }) => id);

const of = (results: readonly Result[], id: string) => results.find((result) => result.id === id);

describe('against a right server, over HTTP', () => {
  let server: Awaited<ReturnType<typeof startReferenceServer>>;
  let results: readonly Result[];

  beforeAll(async () => {
    server = await startReferenceServer();
    results = await runConformance({
      baseUrl: `${server.url}/`,
      samples: { lookup: lookupSample },
      admin: true,
      settleMs: 0,
    });
  });
  afterAll(() => server.close());

  test('nothing fails', () => {
    expect(results.filter(({ status }) => status === 'fail')).toEqual([]);
  });

  test('every requirement is met by some model, so none is skipped always', () => {
    const passed = new Set(ids(results, 'pass'));
    expect(requirementNames.map(({ id }) => id).filter((id) => !passed.has(id))).toEqual([]);
  });

  test('the models are those that the index calls ready', () => {
    const models = new Set(results.map(({ model }) => model));
    expect([...models]).toEqual([undefined, 'add', 'identity', 'double', 'lookup', 'share']);
  });

  test('what a model cannot show is skipped with the reason', () => {
    expect(results.filter(({ model, status }) => model === 'add' && status === 'skipped')).toMatchObject([
      { id: 'binary.input.raw', reason: 'the model has several inputs' },
      { id: 'binary.errors.bytes-prefix', reason: 'no input takes BYTES' },
    ]);
  });

  test('rows that influence one another are no batch', () => {
    expect(results.find(({ model, id }) => model === 'share' && id === 'infer.batch')).toMatchObject({
      status: 'skipped',
      reason: 'rows influence one another: the first dimension is not a batch of independent rows',
    });
  });
});

describe('a server that', () => {
  test('is not there is named', async () => {
    const refusing: typeof fetch = () =>
      Promise.reject(new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') }));
    await expect(run({}, { fetch: refusing })).rejects.toMatchObject({
      code: 'SERVER_UNREACHABLE',
      message:
        'Nothing answers at http://reference (none: ECONNREFUSED). Start the server, or give the address below which /v2 is.',
    });
  });

  test('hangs up on inference fails every requirement of the model, and ends no run', async () => {
    const right = referenceFetch({});
    const hangingUp: typeof fetch = (url, init) =>
      String(url).endsWith('/infer') ? Promise.reject(new TypeError('socket hang up')) : right(url, init);
    const results = await run({}, { fetch: hangingUp });
    expect(of(results, 'infer.json.answer')).toMatchObject({
      status: 'fail',
      expected: 'an answer to POST /v2/models/add/infer',
      came: 'none: socket hang up',
    });
    expect(of(results, 'health.live')).toMatchObject({ status: 'pass' });
  });

  test('lists no extensions is not asked for them', async () => {
    const results = await run({ extensions: [] });
    expect(of(results, 'binary.input')).toMatchObject({
      status: 'skipped',
      reason: "the server's metadata does not list binary_tensor_data",
    });
    expect(ids(results, 'fail')).toEqual([]);
  });

  test('answers the same request differently each time is not held to equal answers', async () => {
    let call = 0;
    const results = await run({
      outputs: (outputs) =>
        outputs.map((output) => ({ ...output, data: output.data.map((value) => Number(value) + ++call) })),
    });
    expect(ids(results, 'fail')).toEqual([]);
    expect(of(results, 'infer.batch')).toMatchObject({
      status: 'skipped',
      reason: 'the model answers the same request differently each time',
    });
  });

  test('takes a model in binary only is checked in binary', async () => {
    const results = await run({
      request: (body) => {
        if (body.inputs?.some((input: { data?: unknown }) => input.data)) throw new Refusal('no JSON');
        return body;
      },
    });
    // Some inputs in JSON and others in binary is what this server will not have.
    expect(ids(results, 'fail')).toEqual(['binary.input.mixed']);
    expect(of(results, 'infer.json.answer')).toMatchObject({ status: 'skipped' });
    expect(of(results, 'binary.input')).toMatchObject({ status: 'pass' });
    expect(of(results, 'binary.output.all')).toMatchObject({ status: 'pass' });
  });

  test('says 501 to versions is right when it lists none', async () => {
    const says501: Defect = {
      reply: (reply, { path }) => (path.includes('/versions/') ? { ...reply, status: 501 } : reply),
    };
    expect(ids(await run(says501, { models: ['double'] }), 'fail')).toEqual([]);
    expect(ids(await run(says501), 'fail')).toContain('errors.status');
  });

  test('writes null for what it leaves out is read', async () => {
    const results = await run({
      json: (body) =>
        body.outputs && body.model_name
          ? {
              id: null,
              parameters: null,
              ...body,
              outputs: body.outputs.map((each: object) => ({ parameters: null, ...each })),
            }
          : body,
    });
    expect(ids(results, 'fail')).toEqual([]);
  });

  test('does not follow a recommendation is no breach; one that breaks an extension it lists is', async () => {
    const [recommended] = (await run({ forgives: ['unknown-input'] })).filter(
      ({ status }) => status === 'fail',
    );
    expect(recommended).toMatchObject({ id: 'errors.unknown-input', level: 'recommended' });
    expect(isBreach(recommended!)).toBe(false);
    const [broken] = (await run({ forgives: ['body-long'] })).filter(({ status }) => status === 'fail');
    expect(broken).toMatchObject({ id: 'binary.errors.body-long', level: 'extension' });
    expect(isBreach(broken!)).toBe(true);
  });
});

describe('a picky model', () => {
  test('that refuses generated values is skipped, and the reason says what to do', async () => {
    const results = await run({}, { models: ['lookup'] });
    expect(ids(results, 'fail')).toEqual([]);
    expect(of(results, 'infer.json.answer')).toMatchObject({
      status: 'skipped',
      reason:
        'the model refuses generated values: give a request that it takes with --sample lookup=FILE. It says: ' +
        'HTTP 400 application/json {"error":"refused: the table begins with the id 1000"}',
    });
  });

  test('is checked with the sample that the user gives', async () => {
    const results = await run({}, { models: ['lookup'], samples: { lookup: lookupSample } });
    expect(ids(results, 'fail')).toEqual([]);
    expect(ids(results, 'pass')).toEqual(
      expect.arrayContaining(['infer.batch', 'errors.data-short', 'binary.input']),
    );
  });

  test('that refuses the sample itself fails', async () => {
    const inputs = lookupSample.inputs.map((input) => ({ ...input, data: [1, 2] }));
    const results = await run({}, { models: ['lookup'], samples: { lookup: { inputs } } });
    expect(ids(results, 'fail')).toEqual(['infer.json.answer']);
  });

  test('that wants parameters gets those of the sample with every request', async () => {
    const wants: Defect = {
      request: (body) => {
        if (
          body.parameters?.mode !== 'fast' ||
          body.inputs?.some?.(
            (each: { parameters?: { content_type?: string } }) => each.parameters?.content_type !== 'np',
          )
        )
          throw new Refusal('parameters');
        return body;
      },
    };
    const inputs = ['a', 'b'].map((name) => ({
      name,
      datatype: 'FP32',
      shape: [2, 2],
      parameters: { content_type: 'np' },
      data: name === 'a' ? [1, 2, 3, 4] : [5, 7, 11, 13],
    }));
    const results = await run(wants, { samples: { add: { parameters: { mode: 'fast' }, inputs } } });
    expect(ids(results, 'fail')).toEqual([]);
    expect(of(results, 'binary.output.all')).toMatchObject({ status: 'pass' });
  });
});

test('models are found in the list that KServe has, where there is no index', async () => {
  const right = referenceFetch({ extensions: [] });
  const kserve: typeof fetch = async (url, init) => {
    if (String(url).endsWith('/index')) return new Response('{"detail": "Not Found"}', { status: 404 });
    if (String(url).endsWith('/v2/models')) return Response.json({ models: ['double'] });
    return right(url, init);
  };
  const results = await runConformance({ baseUrl: 'http://reference', fetch: kserve });
  expect(new Set(results.map(({ model }) => model))).toEqual(new Set([undefined, 'double']));
});

test('without any model its requirements are skipped, and the reason says what to do', async () => {
  const results = await run({}, { models: [] });
  expect(of(results, 'infer.batch')).toMatchObject({ reason: 'no model is known: name one with --model' });
});

test('only the requirements that were asked for are checked', async () => {
  const results = await run({}, { only: 'binary.output' });
  expect(results.length).toBeGreaterThan(3);
  expect(results.every(({ id }) => id.startsWith('binary.output'))).toBe(true);
});

test('models are unloaded only when that is allowed', async () => {
  const seen: string[] = [];
  const watching: Defect = {
    receive: (request) => {
      seen.push(request.path);
      return request;
    },
  };
  await run(watching);
  expect(seen.filter((path) => path.includes('models/add/unload'))).toEqual([]);
  const results = await run(watching, { admin: true, settleMs: 0 });
  expect(of(results, 'repository.unload')).toMatchObject({ status: 'pass' });
  expect(seen.filter((path) => path.includes('models/add/unload'))).not.toEqual([]);
});

test('a sample for a model that is not tested is refused', async () => {
  await expect(run({}, { samples: { lookup: lookupSample } })).rejects.toMatchObject({
    code: 'USAGE',
    message: 'The sample for lookup is for no model under test (add). Name it with --model.',
  });
});

test('a model with many open dimensions gets no inputs that are too large', async () => {
  const sizes: number[] = [];
  const right = referenceFetch({
    json: (body, { path }) =>
      path === '/v2/models/double'
        ? { ...body, inputs: [{ ...body.inputs[0], shape: [-1, -1, -1, -1] }] }
        : body,
  });
  const watching: typeof fetch = (url, init) => {
    sizes.push(String(init?.body ?? '').length);
    return right(url, init);
  };
  await run({}, { models: ['double'], fetch: watching });
  expect(Math.max(...sizes)).toBeLessThan(10_000_000);
});

test('a Host header is refused, because it would not be sent', async () => {
  await expect(run({}, { headers: { Host: 'model.example' } })).rejects.toMatchObject({ code: 'USAGE' });
});

test('a server that takes a while to load and unload is waited for', async () => {
  let held = 0;
  const slow: Defect = {
    reply: (reply, { path }) => {
      if (/add\/(un)?load$/.test(path)) held = 2;
      // As if it were still as before.
      if (path !== '/v2/models/add/ready' || held-- <= 0) return reply;
      return { ...reply, status: reply.status === 200 ? 503 : 200 };
    },
  };
  const results = await run(slow, { admin: true, only: 'repository' });
  expect(ids(results, 'fail')).toEqual([]);
  expect(of(results, 'repository.load')).toMatchObject({ status: 'pass' });
});

test('the given headers go with every request', async () => {
  const seen = new Set<unknown>();
  await run(
    {
      receive: (request) => {
        seen.add(request.headers.authorization);
        return request;
      },
    },
    { headers: { authorization: 'Bearer key' } },
  );
  expect([...seen]).toEqual(['Bearer key']);
});
