// Servers with one defect each, and the requirements that must find it. Nothing else may fail.

import { gzipSync } from 'node:zlib';
import { type Defect, type Received, Refusal, type Reply } from './reference-server.fixture.ts';

interface DefectCase {
  /** What the server does wrong. */
  readonly defect: string;
  readonly found: readonly string[];
  /** Which model shows it; `add` unless told. */
  readonly model?: string;
  /** Made anew for each run, because some count. */
  make(): Defect;
}

// biome-ignore lint/suspicious/noExplicitAny: defects tamper with JSON of any form.
type Json = any;

const infer = /^POST \/v2\/models\/add\/infer$/;
const metadata = /^GET \/v2\/models\/add$/;

export const defectCases: readonly DefectCase[] = [
  found('health.live', 'answers 404 to live', { reply: replies(/\/v2\/health\/live$/, status(404)) }),
  found('health.live.body', 'says nothing when live', { json: says(/\/v2\/health\/live$/, () => ({})) }),
  found('health.ready', 'answers 204 to ready', { reply: replies(/\/v2\/health\/ready$/, status(202)) }),
  found('health.ready.body', 'says false when ready', {
    json: says(/\/v2\/health\/ready$/, () => ({ ready: false })),
  }),
  found('health.model-ready.unknown', 'takes any model for ready', {
    reply: replies(/no-such-model\/ready$/, status(200)),
  }),
  found('health.model-ready', 'has no ready path for models', {
    reply: replies(/\/v2\/models\/add\/ready$/, status(404)),
  }),
  found('health.model-ready.body', 'names another model when ready', {
    json: says(/\/v2\/models\/add\/ready$/, (body) => ({ ...body, name: 'other' })),
  }),

  found('metadata.server.shape', 'has no version', {
    json: says(/^GET \/v2$/, ({ version, ...body }) => body),
  }),
  found('metadata.server.content-type', 'sends the server metadata as text', {
    reply: replies(/^GET \/v2$/, asText),
  }),
  found('metadata.model.shape', 'has no platform', { json: says(metadata, ({ platform, ...body }) => body) }),
  found('metadata.model.content-type', 'sends the model metadata as text', {
    reply: replies(metadata, asText),
  }),
  found('metadata.model.name', 'gives the model another name', {
    json: says(metadata, (body) => ({ ...body, name: 'other' })),
  }),
  found('metadata.model.datatypes', 'has a datatype of its own', {
    json: says(metadata, (body) => ({ ...body, inputs: [{ ...body.inputs[0], datatype: 'FLOAT' }] })),
  }),
  found('metadata.model.dimensions', 'writes variable dimensions as -2', {
    json: says(metadata, (body) => ({
      ...body,
      inputs: body.inputs.map((input: Json) => ({ ...input, shape: [-2, 2] })),
    })),
  }),
  found('versions.metadata', 'has no metadata of versions', {
    reply: replies(/^GET .*\/versions\/1$/, status(404)),
  }),
  found('versions.ready', 'does not know whether versions are ready', {
    reply: replies(/\/versions\/1\/ready$/, status(404)),
  }),
  found('versions.infer', 'answers with the newest version, whichever was asked for', {
    json: says(/\/versions\/1\/infer$/, (body) => ({ ...body, model_version: '2' })),
  }),

  found('infer.json.answer', 'leaves out shapes', {
    json: says(
      infer,
      outputsAs(({ shape, ...output }) => output),
    ),
  }),
  found('infer.json.answer', 'refuses everything, in words of its own', {
    json: says(infer, () => ({ detail: 'no' })),
    reply: replies(infer, status(422)),
  }),
  found('infer.json.content-type', 'sends answers as text', {
    reply: replies(infer, (reply) => (reply.status === 200 && isJson(reply) ? asText(reply) : reply)),
  }),
  found('infer.json.model-name', 'answers for another model', {
    json: says(infer, answersAs({ model_name: 'other' })),
  }),
  found('infer.json.model-version', 'gives the version as a number', {
    json: says(infer, answersAs({ model_version: 2 })),
  }),
  found('infer.json.all-outputs', 'gives only the first output unless all are named', {
    outputs: (outputs, { outputs: asked }) => (asked ? outputs : outputs.slice(0, 1)),
  }),
  found('infer.json.datatype', 'says FP64 for FP32', {
    json: says(
      infer,
      outputsAs((output) => (output.data ? { ...output, datatype: 'FP64' } : output)),
    ),
  }),
  found('infer.json.shape', 'flattens shapes', {
    outputs: (outputs) => outputs.map((output) => ({ ...output, shape: [output.data.length] })),
  }),
  found('infer.json.data-length', 'says one row more than there is', {
    extensions: [],
    json: says(
      infer,
      outputsAs((output) => ({ ...output, shape: [output.shape[0] + 1, 2] })),
    ),
  }),
  found('infer.json.elements', 'sends numbers as texts', {
    json: says(
      infer,
      outputsAs((output) => ({ ...output, data: output.data?.map(String) })),
    ),
  }),
  found('infer.json.nested-data', 'reads nested data column by column', {
    request: inputsAs((input) =>
      Array.isArray(input.data?.[0])
        ? { ...input, data: [0, 1].flatMap((column) => input.data.map((row: Json) => row[column])) }
        : input,
    ),
  }),
  found('infer.json.input-order', 'takes inputs by their place', {
    request: (body) =>
      namesOf(body.inputs) === 'b,a' && body.inputs[0].data
        ? { ...body, inputs: [named(body.inputs[0], 'a'), named(body.inputs[1], 'b')] }
        : body,
  }),
  found('infer.json.empty-parameters', 'refuses an object of no parameters', {
    request: refuses(({ parameters }) => parameters && Object.keys(parameters).length === 0),
  }),
  found('infer.parameters.custom', 'refuses parameters that it does not know', {
    request: refuses(({ parameters }) => parameters?.oip_text),
  }),
  found('infer.outputs.selection', 'gives all outputs whatever was asked for', {
    request: ({ outputs, ...body }) =>
      outputs?.length === 1 && /^(sum|difference)$/.test(outputs[0].name) ? body : { ...body, outputs },
  }),
  found('infer.outputs.order', 'gives outputs in the order of the model', {
    request: (body) =>
      namesOf(body.outputs) === 'difference,sum' ? { ...body, outputs: body.outputs.toReversed() } : body,
  }),
  found('infer.id.echoed', 'forgets the id', { json: says(infer, answersAs({ id: undefined })) }),
  found('infer.id.absent', 'makes up an id', {
    json: says(infer, (body) => (body.outputs ? { id: 'made-up', ...body } : body)),
  }),
  found('infer.batch', 'gives the rows of a batch in reverse', {
    outputs: (outputs) =>
      outputs.map((output) => ({
        ...output,
        data: output.data.map((_, i) => output.data[output.data.length - 2 - i + 2 * (i % 2)]!),
      })),
  }),
  { defect: 'mixes up two callers', found: ['infer.concurrent'], make: mixingCallers },

  found('encoding.gzip', 'refuses gzip', { reply: replies(infer, refusesEncoding('gzip')) }),
  found('encoding.deflate', 'refuses deflate', { reply: replies(infer, refusesEncoding('deflate')) }),
  found('encoding.unknown', 'ignores what encoding a body has', { forgives: ['unknown-encoding'] }),
  found('encoding.corrupt', 'takes a gzip body that is cut short', { forgives: ['corrupt-encoding'] }),
  found('encoding.response', 'compresses without saying so', {
    reply: replies(infer, (reply, { headers }) =>
      headers['accept-encoding'] === 'gzip' ? { ...reply, body: gzipSync(reply.body) } : reply,
    ),
  }),

  found('errors.unknown-model.infer', 'has an answer for any model', {
    reply: replies(/no-such-model\/infer$/, status(200)),
  }),
  found('errors.unknown-model.metadata', 'has metadata of any model', {
    reply: replies(/no-such-model$/, status(200)),
  }),
  found('errors.unknown-version.infer', 'infers with any version', {
    reply: replies(/987654321\/infer$/, status(200)),
  }),
  found('errors.unknown-version.metadata', 'has metadata of any version', {
    reply: replies(/987654321$/, status(200)),
  }),
  ...[
    'empty-body',
    'malformed-json',
    'not-an-object',
    'inputs-absent',
    'inputs-not-a-list',
    'inputs-empty',
    'missing-input',
    'unknown-input',
    'input-without-name',
    'input-without-shape',
    'input-without-datatype',
    'input-without-data',
    'unknown-datatype',
    'wrong-datatype',
    'wrong-element',
    'data-short',
    'data-long',
    'shape-overflow',
    'negative-dimension',
    'fractional-dimension',
    'wrong-rank',
    'wrong-dimension',
    'unknown-output',
  ].map((reason) => found(`errors.${reason}`, `forgives: ${reason}`, { forgives: [reason] })),
  found('errors.status', 'answers 500 to data that is too short', {
    reply: onRefusal('data-short', status(500)),
  }),
  found('errors.body', 'wraps an error wrongly', {
    reply: onRefusal('data-short', (reply) => ({ ...reply, body: Buffer.from('{"detail": "no"}') })),
  }),
  found('errors.body', 'has an error without words', {
    reply: onRefusal('wrong-rank', (reply) => ({ ...reply, body: Buffer.from('{"error": ""}') })),
  }),
  found('errors.content-type', 'sends an error as text', { reply: onRefusal('unknown-output', asText) }),
  found('errors.method', 'knows no method but POST, and says 404', {
    reply: onRefusal('method', status(404)),
  }),
  { defect: 'is never the same after many errors', found: ['errors.still-live'], make: dyingOfErrors },

  found('binary.input', 'misreads binary inputs', {
    outputs: (outputs, { inputs }) => (inputs.every(isBinary) ? outputs.map(off) : outputs),
  }),
  found('binary.input.order', 'takes binary data in the order of the model', {
    outputs: (outputs, { inputs }) =>
      inputs.every(isBinary) && namesOf(inputs) === 'b,a' ? outputs.map(off) : outputs,
  }),
  found('binary.input.mixed', 'mixes up inputs that come in both ways', {
    outputs: (outputs, { inputs }) =>
      inputs.some(isBinary) && !inputs.every(isBinary) ? outputs.map(off) : outputs,
  }),
  {
    ...found('binary.input.exact', 'takes 64-bit integers in JSON through a double', {
      request: inputsAs((input) => ({
        ...input,
        data: input.data?.map((value: unknown) => (typeof value === 'bigint' ? Number(value) : value)),
      })),
    }),
    model: 'identity',
  },
  {
    ...found('binary.input.exact', 'writes 64-bit integers in JSON through a double', {
      json: says(
        /identity\/infer$/,
        outputsAs((output) => ({
          ...output,
          data: output.data?.map((value: unknown) => (typeof value === 'bigint' ? Number(value) : value)),
        })),
      ),
    }),
    model: 'identity',
  },
  {
    ...found('binary.input.raw', 'knows no raw requests', {
      reply: replies(/infer$/, (reply, { headers }) =>
        headers['inference-header-content-length'] === '0' ? status(400)(reply) : reply,
      ),
    }),
    model: 'double',
  },
  found('binary.input.gzip', 'does not unpack binary requests', {
    reply: replies(infer, (reply, { headers }) =>
      headers['content-encoding'] && headers['inference-header-content-length'] ? status(400)(reply) : reply,
    ),
  }),
  found('binary.output.header', 'does not tell the length of the JSON', {
    reply: replies(
      infer,
      withLength(() => undefined),
    ),
  }),
  found('binary.output.header', 'tells the wrong length of the JSON', {
    reply: replies(
      infer,
      withLength((length) => String(Number(length) + 1)),
    ),
  }),
  found('binary.output.sizes', 'mis-sizes binary outputs', {
    json: says(
      infer,
      outputsAs((output) =>
        output.parameters
          ? { ...output, parameters: { binary_data_size: output.parameters.binary_data_size + 4 } }
          : output,
      ),
    ),
  }),
  found('binary.output.sizes', 'sends bytes that belong to no output', {
    reply: replies(infer, (reply) =>
      isJson(reply) ? reply : { ...reply, body: Buffer.concat([reply.body, Buffer.alloc(3)]) },
    ),
  }),
  found('binary.output.no-data', 'sends binary outputs as data too', {
    json: says(
      infer,
      outputsAs((output) => ({ data: [1], ...output })),
    ),
  }),
  found('binary.output.content-type', 'sends binary data as JSON', {
    reply: replies(infer, (reply) =>
      isJson(reply) ? reply : withHeader(reply, 'content-type', 'application/json'),
    ),
  }),
  found('binary.output.chosen', 'ignores binary_data', {
    request: (body) =>
      body.parameters?.binary_data_output
        ? body
        : { ...body, outputs: body.outputs?.map(({ name }: Json) => ({ name })) },
  }),
  found('binary.output.all', 'ignores binary_data_output', {
    request: ({ parameters, ...body }) => (body.outputs ? { parameters, ...body } : body),
  }),
  found('binary.output.override', 'ignores binary_data: false', {
    request: (body) => ({
      ...body,
      outputs: body.outputs?.map(({ parameters, ...output }: Json) =>
        parameters?.binary_data === false ? output : { parameters, ...output },
      ),
    }),
  }),
  ...[
    'size-short',
    'size-long',
    'size-not-a-number',
    'size-negative',
    'body-short',
    'body-long',
    'header-beyond-body',
    'header-inside-json',
    'header-not-a-number',
    'header-negative',
    'header-absent',
    'data-and-size',
  ].map((reason) => found(`binary.errors.${reason}`, `forgives: ${reason}`, { forgives: [reason] })),
  {
    ...found('binary.errors.bytes-prefix', 'forgives: bytes-prefix', { forgives: ['bytes-prefix'] }),
    model: 'identity',
  },
  found('binary.errors.form', 'answers 500 to binary data that is too short', {
    reply: onRefusal('size-short', status(500)),
  }),

  found('repository.index', 'leaves a model out of the index', {
    json: says(/\/index$/, (body) => body.filter(({ name }: Json) => name !== 'add')),
  }),
  found('repository.index.ready', 'lists all models, ready or not', {
    receive: (request) => (/\/index$/.test(request.path) ? { ...request, body: Buffer.from('{}') } : request),
  }),
  found('repository.index.empty-body', 'wants a body with the index', {
    reply: replies(/\/index$/, (reply, { body }) => (body.length === 0 ? status(400)(reply) : reply)),
  }),
  found('repository.load.unknown', 'loads a model that is not there', { forgives: ['load-unknown'] }),
  found('repository.unload.unknown', 'unloads a model that is not there', { forgives: ['unload-unknown'] }),
  found('repository.unload', 'serves on after an unload', { forgives: ['not-loaded'] }),
  found('repository.load', 'says that it loads, and does not', {
    receive: (request) =>
      /add\/load$/.test(request.path) ? { ...request, method: 'GET', path: '/v2/health/live' } : request,
  }),
  found('repository.unload.dependents', 'refuses unload_dependents', {
    reply: replies(/\/unload$/, (reply, { body }) =>
      body.includes('unload_dependents') ? status(400)(reply) : reply,
    ),
  }),
];

function found(id: string, defect: string, made: Defect): DefectCase {
  return { defect, found: [id], make: () => made };
}

/** Callers 0 and 1 wait for each other; then 0 is answered with the inputs of 1. */
function mixingCallers(): Defect {
  const second = Promise.withResolvers<Buffer>();
  return {
    receive: async (request) => {
      if (request.body.includes('"caller 1"')) second.resolve(request.body);
      if (!request.body.includes('"caller 0"')) return request;
      const mixed = (await second.promise).toString().replace('"caller 1"', '"caller 0"');
      return { ...request, body: Buffer.from(mixed) };
    },
  };
}

/** Once it has seen the last of the wrong requests, until it is loaded anew. */
function dyingOfErrors(): Defect {
  let isBroken = false;
  return {
    receive: (request) => {
      if (request.path.endsWith('/load')) isBroken = false;
      return request;
    },
    outputs: (outputs) => (isBroken ? outputs.map(off) : outputs),
    reply: onRefusal('data-and-size', (reply) => {
      isBroken = true;
      return reply;
    }),
  };
}

function says(route: RegExp, change: (body: Json) => Json): NonNullable<Defect['json']> {
  return (body, { method, path }) => (route.test(`${method} ${path}`) && !body.error ? change(body) : body);
}

function replies(
  route: RegExp,
  change: (reply: Reply, request: Received) => Reply,
): NonNullable<Defect['reply']> {
  return (reply, request) =>
    route.test(`${request.method} ${request.path}`) ? change(reply, request) : reply;
}

function onRefusal(reason: string, change: (reply: Reply) => Reply): NonNullable<Defect['reply']> {
  return (reply) => (reply.body.includes(`refused: ${reason}"`) ? change(reply) : reply);
}

function refuses(isRefused: (body: Json) => unknown): NonNullable<Defect['request']> {
  return (body) => {
    if (isRefused(body)) throw new Refusal('a whim');
    return body;
  };
}

function answersAs(fields: Json) {
  return (body: Json) => (body.outputs ? { ...body, ...fields } : body);
}

function outputsAs(change: (output: Json) => Json) {
  return (body: Json) => ({ ...body, outputs: body.outputs?.map(change) });
}

function inputsAs(change: (input: Json) => Json): NonNullable<Defect['request']> {
  return (body) => (Array.isArray(body.inputs) ? { ...body, inputs: body.inputs.map(change) } : body);
}

function refusesEncoding(encoding: string) {
  return (reply: Reply, { headers }: Received): Reply =>
    headers['content-encoding'] === encoding && !headers['inference-header-content-length']
      ? status(415)(reply)
      : reply;
}

function status(code: number) {
  return (reply: Reply): Reply => ({ ...reply, status: code });
}

function asText(reply: Reply): Reply {
  return withHeader(reply, 'content-type', 'text/plain');
}

function withHeader(reply: Reply, name: string, value: string): Reply {
  return { ...reply, headers: { ...reply.headers, [name]: value } };
}

function withLength(change: (length: string) => string | undefined) {
  return (reply: Reply): Reply => {
    const { 'inference-header-content-length': length, ...headers } = reply.headers;
    const changed = length === undefined ? undefined : change(length);
    return {
      ...reply,
      headers: { ...headers, ...(changed !== undefined && { 'inference-header-content-length': changed }) },
    };
  };
}

function isJson({ headers }: Reply): boolean {
  return headers['content-type'] === 'application/json';
}

function isBinary({ parameters }: Json): boolean {
  return parameters?.binary_data_size !== undefined;
}

function off<T extends { readonly data: readonly unknown[] }>(output: T): T {
  return { ...output, data: output.data.map((value) => Number(value) + 1) };
}

function named(input: Json, name: string): Json {
  return { ...input, name };
}

function namesOf(tensors: Json): string {
  return Array.isArray(tensors) ? tensors.map(({ name }) => name).join() : '';
}
