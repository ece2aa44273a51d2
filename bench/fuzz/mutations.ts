// From sound requests to hostile ones: structured mutations of the address, the headers, the JSON and the bytes. Everything is
// drawn from one seeded generator, so that a find can be repeated.

import { deflateSync, gzipSync } from 'node:zlib';
import type { Random } from '@flightdeck/core';

export interface Template {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

type Mutation = (template: Template, random: Random) => Template;

/** One to four mutations of a template, as the bytes of a request. */
export function hostileRequest(template: Template, random: Random): Uint8Array {
  let mutated = template;
  for (let count = random.integer(4); count >= 0; count--) mutated = pick(mutations, random)(mutated, random);
  const bytes = encode(mutated, random);
  return random.integer(20) === 0 ? mutateBytes(bytes, random) : bytes;
}

const mutations: readonly Mutation[] = [
  mutateJson,
  mutateJson,
  mutateJson,
  (template, random) => ({ ...template, body: mutateBytes(template.body, random) }),
  (template, random) => ({
    ...template,
    body: template.body.subarray(0, random.integer(template.body.length + 1)),
  }),
  mutatePath,
  mutateHeader,
  encodeBody,
  (template, random) => ({ ...template, method: pick(methods, random) }),
];

const methods = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND', 'get'];

/** Values that trip over types, ranges, encodings and lengths. */
const hostileValues: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  -1e308,
  2 ** 53,
  -(2 ** 63),
  1e-320,
  '',
  'NaN',
  'champion',
  '../../etc/passwd',
  '\u0000',
  '\ud800',
  'é'.repeat(300),
  'x'.repeat(70_000),
  [],
  {},
  [[]],
  [null],
  [[[[[[[[1]]]]]]]],
  { __proto__: 1, constructor: { prototype: 1 } },
  'FP32',
  'BYTES',
  'FP16',
  'INT64',
  [1_000_000_000, 1_000_000_000],
  [-1],
  [0],
];

/** Replaces, removes, doubles or wraps something somewhere in the JSON; what is no JSON is left as it is. */
function mutateJson(template: Template, random: Random): Template {
  const { length } = template.body;
  const headLength = Number(template.headers['inference-header-content-length'] ?? length);
  const head = parse(Buffer.from(template.body.subarray(0, headLength)).toString());
  if (head === undefined) return template;
  const json = Buffer.from(serialise(mutateValue(head, random, 0), random));
  const body = Buffer.concat([json, template.body.subarray(headLength)]);
  if (headLength === length) return { ...template, body };
  const headers = { ...template.headers, 'inference-header-content-length': String(json.length) };
  return { ...template, headers, body };
}

function mutateValue(value: unknown, random: Random, depth: number): unknown {
  const isLeaf = typeof value !== 'object' || value === null || Object.keys(value).length === 0;
  if (isLeaf || depth > 6 || random.integer(4) === 0) return mutated(value, random);
  if (Array.isArray(value)) {
    const at = random.integer(value.length);
    return value.toSpliced(at, 1, ...several(mutateValue(value[at], random, depth + 1), random));
  }
  const entries = Object.entries(value);
  const [name, inner] = pick(entries, random);
  const others = entries.filter(([key]) => key !== name);
  if (random.integer(6) === 0) return Object.fromEntries(others);
  const key = random.integer(6) === 0 ? String(pick(hostileValues, random)) : name;
  return Object.fromEntries([...others, [key, mutateValue(inner, random, depth + 1)]]);
}

function mutated(value: unknown, random: Random): unknown {
  if (random.integer(5) === 0) return [value];
  if (random.integer(5) === 0) return { [String(pick(hostileValues, random)).slice(0, 50)]: value };
  return pick(hostileValues, random);
}

/** None, one or a few of it. */
function several(value: unknown, random: Random): unknown[] {
  return Array.from({ length: [0, 1, 1, 1, 2, 50][random.integer(6)]! }, () => value);
}

/** Also what `JSON.stringify` never writes: deep nesting, doubled keys, numbers beyond a double. */
function serialise(value: unknown, random: Random): string {
  const text = JSON.stringify(value) ?? 'null';
  switch (random.integer(24)) {
    case 0:
      return `${'['.repeat(5_000)}${text}${']'.repeat(5_000)}`;
    case 1:
      return text.replace(/\d+/, '1e999');
    case 2:
      return text.replace('{', '{"__proto__":{"polluted":1},');
    case 3:
      return text.replace(/\{("[^"]*":)/, '{$1 1, $1');
    case 4:
      return text.replace(/null|\d+/, 'NaN');
    case 5:
      return `\ufeff${text}`;
    default:
      return text;
  }
}

function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (let hits = random.integer(8); hits >= 0 && copy.length > 0; hits--) {
    const at = random.integer(copy.length);
    copy[at] = pick([0, 0xff, 0x80, 0x0a, 0x22, 0x7b, random.integer(256)], random);
  }
  return copy;
}

const hostileNames = [
  '..',
  '%2e%2e%2f',
  'champion',
  '%00',
  'a'.repeat(300),
  'é',
  '%ff',
  '*',
  'sum;drop',
  '0',
  '-1',
  '1e9',
  '999999999999',
  '__proto__',
];

function mutatePath(template: Template, random: Random): Template {
  const parts = template.path.split('/');
  const at = random.integer(parts.length);
  const name = pick(hostileNames, random);
  const path = parts.toSpliced(at, random.integer(2), name).join('/');
  const query = random.integer(4) === 0 ? `?${name}=${name}` : '';
  return { ...template, path: `${path.startsWith('/') ? '' : '/'}${path}${query}` };
}

const hostileHeaders: readonly (readonly [string, string])[] = [
  ['content-type', 'text/plain'],
  ['content-type', 'application/octet-stream'],
  ['content-type', 'text/csv'],
  ['content-type', 'application/json; charset=utf-16'],
  ['content-type', 'multipart/form-data; boundary=x'],
  ['content-type', ''],
  ['content-encoding', 'gzip'],
  ['content-encoding', 'deflate'],
  ['content-encoding', 'br'],
  ['content-encoding', 'gzip, gzip'],
  ['inference-header-content-length', '0'],
  ['inference-header-content-length', '-1'],
  ['inference-header-content-length', '99999999999'],
  ['inference-header-content-length', 'ten'],
  ['inference-header-content-length', '10'],
  ['request-timeout', '-1'],
  ['request-timeout', 'NaN'],
  ['request-timeout', '1e999'],
  ['x-request-id', 'x'.repeat(5_000)],
  ['x-request-id', '"><script>'],
  ['traceparent', '00-00000000000000000000000000000000-0000000000000000-00'],
  ['traceparent', 'ff-x'],
  ['traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
  ['authorization', 'Bearer '],
  ['authorization', `Bearer ${'k'.repeat(4_000)}`],
  ['authorization', 'Basic YTpi'],
  ['origin', 'https://evil.example'],
  ['accept', 'application/openmetrics-text'],
  ['accept-encoding', 'gzip'],
  ['expect', '100-continue'],
  ['range', 'bytes=0-1'],
  ['host', 'evil.example'],
];

function mutateHeader(template: Template, random: Random): Template {
  const [name, value] = pick(hostileHeaders, random);
  return { ...template, headers: { ...template.headers, [name]: value } };
}

function encodeBody(template: Template, random: Random): Template {
  const gzip = random.integer(2) === 0;
  const packed = gzip ? gzipSync(template.body) : deflateSync(template.body);
  const body = random.integer(3) === 0 ? mutateBytes(packed, random) : packed;
  return {
    ...template,
    headers: { ...template.headers, 'content-encoding': gzip ? 'gzip' : 'deflate' },
    body,
  };
}

function encode({ method, path, headers, body }: Template, random: Random): Uint8Array {
  const length = random.integer(40) === 0 ? body.length - random.integer(10) : body.length;
  const lines = Object.entries({
    host: '127.0.0.1',
    'content-length': String(Math.max(0, length)),
    ...headers,
  });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${head}\r\n`, 'latin1'), body]);
}

function parse(text: string): unknown {
  // An earlier mutation has nested it deeper than can be written out again.
  if (text.includes('['.repeat(1_000))) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function pick<Item>(items: readonly Item[], random: Random): Item {
  return items[random.integer(items.length)]!;
}
