// A small server that does all that the suite asks for, over real HTTP, and that can be told to do one thing wrong.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer as bufferOf } from 'node:stream/consumers';
import { gunzipSync, inflateSync } from 'node:zlib';
import { datatypes } from './datatypes.ts';
import { readJson, writeJson } from './exact-json.ts';
import { type ReferenceModel, type ReferenceTensor, referenceModels } from './reference-models.fixture.ts';
import { bytesOfElements, elementsOfBytes } from './tensor-bytes.ts';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

// biome-ignore lint/suspicious/noExplicitAny: defects tamper with JSON of any form.
type Json = any;

/** Where a defect gets in. Without any, the server is right. */
export interface Defect {
  /** What the metadata lists, where it is not all. */
  readonly extensions?: readonly string[];
  /** Before anything is read. */
  receive?(request: Received): Received | Promise<Received>;
  /** The JSON of an infer request, before it is judged. */
  request?(body: Json): Json;
  /** What the model made, before it is put into an answer. */
  outputs?(outputs: readonly ReferenceTensor[], body: Json): readonly ReferenceTensor[];
  /** Reasons of refusals that are not given: a 200 comes instead. */
  readonly forgives?: readonly string[];
  /** The JSON of a reply; for an answer with binary data, of its JSON part. */
  json?(body: Json, request: Received): Json;
  /** The reply as it goes out. */
  reply?(reply: Reply, request: Received): Reply;
}

const extensions = [
  'binary_tensor_data',
  'parameters',
  'model_repository',
  'model_repository(unload_dependents)',
];

export async function startReferenceServer(
  defect: Defect = {},
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const answer = referenceServer(defect);
  const server = createServer(async (message, response) => {
    const { method, url, headers } = message;
    const reply = await answer({ method: method!, path: url!, headers, body: await bufferOf(message) });
    response.writeHead(reply.status, reply.headers).end(reply.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The same without sockets, for the many runs that look for defects. */
export function referenceFetch(defect: Defect): typeof fetch {
  const answer = referenceServer(defect);
  return async (url, init) => {
    const headers = Object.fromEntries(new Headers(init?.headers));
    const body = Buffer.from((init?.body ?? '') as string);
    const reply = await answer({ method: init!.method!, path: new URL(String(url)).pathname, headers, body });
    return new Response(new Uint8Array(reply.body), reply);
  };
}

function referenceServer(defect: Defect): (received: Received) => Promise<Reply> {
  // One is in the repository, and not loaded.
  const loaded = new Set(referenceModels.map(({ name }) => name).filter((name) => name !== 'spare'));
  return async (received) => {
    const request = (await defect.receive?.(received)) ?? received;
    const right = answerTo(request, loaded, defect);
    return defect.reply?.(right, request) ?? right;
  };
}

/** `reason` is what a defect forgives it by. Defects may throw one too. */
export class Refusal extends Error {
  readonly reason: string;
  readonly status: number;

  constructor(reason: string, status = 400) {
    super(`refused: ${reason}`);
    this.reason = reason;
    this.status = status;
  }
}

interface Context {
  readonly request: Received;
  readonly loaded: Set<string>;
  readonly defect: Defect;
}

function answerTo(request: Received, loaded: Set<string>, defect: Defect): Reply {
  try {
    return route({ request, loaded, defect });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (defect.forgives?.includes(error.reason)) return jsonReply({ outputs: [] }, request, defect);
    return jsonReply({ error: error.message }, request, defect, error.status);
  }
}

const routes: readonly (readonly [RegExp, (context: Context, ...words: string[]) => Reply])[] = [
  [/^GET \/v2\/health\/(live|ready)$/, (context, what) => said(context, { [what!]: true })],
  [
    /^GET \/v2$/,
    (context) =>
      said(context, { name: 'reference', version: '1', extensions: context.defect.extensions ?? extensions }),
  ],
  [/^GET \/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?$/, modelMetadata],
  [/^GET \/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?\/ready$/, modelReady],
  [/^POST \/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?\/infer$/, inference],
  [/^POST \/v2\/repository\/index$/, repositoryIndex],
  [/^POST \/v2\/repository\/models\/([^/]+)\/(load|unload)$/, repositoryControl],
];

function route(context: Context): Reply {
  const { method, path } = context.request;
  for (const [pattern, handle] of routes) {
    const match = pattern.exec(`${method} ${path}`);
    if (match) return handle(context, ...match.slice(1).map((word) => word && decodeURIComponent(word)));
  }
  throw new Refusal('method', path.endsWith('/infer') ? 405 : 404);
}

function modelMetadata(context: Context, name?: string, version?: string): Reply {
  const model = modelOf(context, name, version);
  const versions = model.versions.length > 0 && { versions: model.versions };
  return said(context, {
    name,
    ...versions,
    platform: 'reference',
    inputs: model.inputs,
    outputs: model.outputs,
  });
}

function modelReady(context: Context, name?: string, version?: string): Reply {
  modelOf(context, name, version);
  return said(context, { name, ready: true });
}

function modelOf({ loaded }: Context, name?: string, version?: string): ReferenceModel {
  const model = referenceModels.find((each) => each.name === name);
  if (!model) throw new Refusal('unknown-model', 404);
  if (!loaded.has(model.name)) throw new Refusal('not-loaded', 503);
  if (version !== undefined && !model.versions.includes(version)) throw new Refusal('unknown-version', 404);
  return model;
}

function repositoryIndex(context: Context): Reply {
  const { body } = context.request;
  const { ready } = body.length > 0 ? (readJson(body.toString()) as Json) : { ready: false };
  const entries = referenceModels.map(({ name }) => ({
    name,
    state: context.loaded.has(name) ? 'READY' : 'UNAVAILABLE',
    reason: '',
  }));
  return said(context, ready ? entries.filter(({ state }) => state === 'READY') : entries);
}

function repositoryControl(context: Context, name?: string, verb?: string): Reply {
  if (!referenceModels.some((model) => model.name === name)) throw new Refusal(`${verb}-unknown`);
  if (verb === 'load') context.loaded.add(name!);
  else context.loaded.delete(name!);
  return said(context, {});
}

function inference(context: Context, name?: string, version?: string): Reply {
  const { request, defect } = context;
  const model = modelOf(context, name, version);
  const { json, rest } = bodyOf(request, model);
  const body: Json = defect.request?.(json) ?? json;
  const inputs = inputsOf(body, rest, model);
  const wanted = outputsOf(body, model);
  const right = modelRun(model, inputs);
  const outputs = defect.outputs?.(right, body) ?? right;
  const chosen = outputs
    .filter((tensor) => wanted.has(tensor.name))
    .toSorted((a, b) => [...wanted.keys()].indexOf(a.name) - [...wanted.keys()].indexOf(b.name));
  const answer = {
    ...(body.id !== undefined && { id: body.id }),
    model_name: model.name,
    ...(model.versions.length > 0 && { model_version: version ?? model.versions.at(-1) }),
  };
  return inferReply(context, answer, chosen, wanted);
}

function modelRun(model: ReferenceModel, inputs: readonly ReferenceTensor[]) {
  try {
    return model.run(inputs);
  } catch (reason) {
    throw new Refusal(String(reason));
  }
}

/** The JSON of an infer request and the bytes after it. */
function bodyOf({ headers, body: sent }: Received, model: ReferenceModel): { json: Json; rest: Buffer } {
  const body = decompressed(sent, headers['content-encoding'] as string | undefined);
  const header = headers['inference-header-content-length'] as string | undefined;
  if (header === '0') return rawBody(body, model);
  if (header !== undefined && !/^-?\d+$/.test(header)) throw new Refusal('header-not-a-number');
  const length = header === undefined ? body.length : Number(header);
  if (length < 0) throw new Refusal('header-negative');
  if (length > body.length) throw new Refusal('header-beyond-body');
  const unread = body.includes(0) ? 'header-absent' : 'malformed-json';
  if (length === 0) throw new Refusal('empty-body');
  const json: Json = parsed(body.subarray(0, length), header === undefined ? unread : 'header-inside-json');
  if (typeof json !== 'object' || Array.isArray(json)) throw new Refusal('not-an-object');
  return { json, rest: body.subarray(length) };
}

function parsed(bytes: Buffer, reason: string): Json {
  try {
    return readJson(bytes.toString());
  } catch {
    throw new Refusal(reason);
  }
}

function decompressed(body: Buffer, encoding = 'identity'): Buffer {
  const decoders: Record<string, (bytes: Buffer) => Buffer> = {
    identity: (bytes) => bytes,
    gzip: (bytes) => gunzipSync(bytes),
    deflate: (bytes) => inflateSync(bytes),
  };
  const decode = decoders[encoding];
  if (!decode) throw new Refusal('unknown-encoding', 415);
  try {
    return decode(body);
  } catch {
    throw new Refusal('corrupt-encoding');
  }
}

/** Bytes alone are the only input, as a batch of one. */
function rawBody(body: Buffer, { inputs }: ReferenceModel): { json: Json; rest: Buffer } {
  const [{ name, datatype, shape }] = inputs as [ReferenceModel['inputs'][number]];
  const input = {
    name,
    datatype,
    shape: shape.map((size) => Math.abs(size)),
    parameters: { binary_data_size: body.length },
  };
  return { json: { inputs: [input], parameters: { binary_data_output: true } }, rest: body };
}

function inputsOf(body: Json, rest: Buffer, model: ReferenceModel): readonly ReferenceTensor[] {
  if (body.inputs === undefined) throw new Refusal('inputs-absent');
  if (!Array.isArray(body.inputs)) throw new Refusal('inputs-not-a-list');
  if (body.inputs.length === 0) throw new Refusal('inputs-empty');
  let at = 0;
  const tensors: ReferenceTensor[] = [];
  for (const input of body.inputs) {
    const size = input.parameters?.binary_data_size;
    const bytes = size === undefined ? undefined : partOf(rest, at, size);
    if (bytes) at += bytes.length;
    tensors.push(tensorOf(input, model, bytes));
  }
  if (at !== rest.length) throw new Refusal('body-long');
  return model.inputs.map(({ name }) => {
    const tensor = tensors.find((each) => each.name === name);
    if (!tensor) throw new Refusal('missing-input');
    return tensor;
  });
}

function partOf(rest: Buffer, at: number, size: unknown): Buffer {
  if (typeof size !== 'number') throw new Refusal('size-not-a-number');
  if (size < 0) throw new Refusal('size-negative');
  if (at + size > rest.length) throw new Refusal('body-short');
  return rest.subarray(at, at + size);
}

function tensorOf(input: Json, model: ReferenceModel, bytes?: Buffer): ReferenceTensor {
  for (const field of ['name', 'shape', 'datatype'])
    if (input[field] === undefined) throw new Refusal(`input-without-${field}`);
  const { name, datatype, shape } = input;
  if (input.data === undefined && !bytes) throw new Refusal('input-without-data');
  if (input.data !== undefined && bytes) throw new Refusal('data-and-size');
  const metadata = model.inputs.find((each) => each.name === name);
  if (!metadata) throw new Refusal('unknown-input');
  if (!datatypes[datatype]) throw new Refusal('unknown-datatype');
  if (datatype !== metadata.datatype) throw new Refusal('wrong-datatype');
  const count = countOf(shape);
  const data = bytes ? binaryData(datatype, bytes, count) : jsonData(input.data, count);
  if (shape.length !== metadata.shape.length) throw new Refusal('wrong-rank');
  if (metadata.shape.some((size, axis) => size >= 0 && size !== shape[axis]))
    throw new Refusal('wrong-dimension');
  return { name, datatype, shape, data };
}

function countOf(shape: number[]): number {
  if (shape.some((size) => !Number.isInteger(size))) throw new Refusal('fractional-dimension');
  if (shape.some((size) => size < 0)) throw new Refusal('negative-dimension');
  const count = shape.reduce((product, size) => product * size, 1);
  if (count > Number.MAX_SAFE_INTEGER) throw new Refusal('shape-overflow');
  return count;
}

function jsonData(data: Json, count: number) {
  const flat = data.flat(Number.POSITIVE_INFINITY);
  if (flat.some((value: unknown) => typeof value === 'object')) throw new Refusal('wrong-element');
  if (flat.length < count) throw new Refusal('data-short');
  if (flat.length > count) throw new Refusal('data-long');
  return flat;
}

function binaryData(datatype: string, bytes: Buffer, count: number) {
  const needed = count * datatypes[datatype]!.size;
  const data = elementsOfBytes(datatype, bytes);
  if (bytes.length < needed) throw new Refusal('size-short');
  if (!data) throw new Refusal('bytes-prefix');
  if (data.length !== count) throw new Refusal('size-long');
  return data;
}

/** The outputs that are wanted, in order, and whether in binary. */
function outputsOf(body: Json, model: ReferenceModel): ReadonlyMap<string, boolean> {
  const all = body.parameters?.binary_data_output === true;
  const asked: Json[] = body.outputs ?? model.outputs;
  for (const { name } of asked)
    if (!model.outputs.some((each) => each.name === name)) throw new Refusal('unknown-output');
  return new Map(asked.map(({ name, parameters }) => [name, parameters?.binary_data ?? all]));
}

function inferReply(
  { request, defect }: Context,
  answer: Json,
  outputs: readonly ReferenceTensor[],
  binary: ReadonlyMap<string, boolean>,
): Reply {
  const parts: Buffer[] = [];
  const described = outputs.map(({ name, datatype, shape, data }) => {
    if (!binary.get(name)) return { name, datatype, shape, data };
    const bytes = bytesOfElements(datatype, data);
    parts.push(bytes);
    return { name, datatype, shape, parameters: { binary_data_size: bytes.length } };
  });
  const reply = jsonReply({ ...answer, outputs: described }, request, defect);
  if (parts.length === 0) return reply;
  return {
    status: 200,
    headers: {
      'content-type': 'application/octet-stream',
      'inference-header-content-length': String(reply.body.length),
    },
    body: Buffer.concat([reply.body, ...parts]),
  };
}

function said({ request, defect }: Context, body: Json): Reply {
  return jsonReply(body, request, defect);
}

function jsonReply(right: Json, request: Received, defect: Defect, status = 200): Reply {
  const body = defect.json?.(right, request) ?? right;
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(writeJson(body)),
  };
}
