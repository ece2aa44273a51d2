// Compressed bodies. The protocol says nothing of them; Triton's clients send them.

import { deflateSync, gzipSync } from 'node:zlib';
import { writeJson } from '../exact-json.ts';
import { described } from '../http-client.ts';
import { requireOutputs } from '../infer-answer.ts';
import { exampleRequest, infer, type Model, requireJsonExample, requireSame } from '../model-under-test.ts';
import { unmet } from '../outcome.ts';
import { recommended } from '../requirement.ts';
import { texts } from '../texts.ts';

export const encodings = [
  recommended<Model>(
    'encoding.gzip',
    texts.tritonClient,
    'A request body with content-encoding gzip is taken.',
    async (model) => requireSame(model, requireOutputs(await send(model, 'gzip', gzipSync(text(model))))),
  ),
  recommended<Model>(
    'encoding.deflate',
    texts.tritonClient,
    'A request body with content-encoding deflate (a zlib stream) is taken.',
    async (model) =>
      requireSame(model, requireOutputs(await send(model, 'deflate', deflateSync(text(model))))),
  ),
  recommended<Model>(
    'encoding.unknown',
    texts.contentEncoding,
    'A content-encoding that nobody knows is refused: 4xx, best 415, or 501.',
    async (model) => requireRefused(await send(model, 'x-oip-conformance', text(model)), [501]),
  ),
  recommended<Model>(
    'encoding.corrupt',
    texts.contentEncoding,
    'A gzip body that is cut short is refused with 4xx.',
    async (model) => requireRefused(await send(model, 'gzip', gzipSync(text(model)).subarray(0, -12)), []),
  ),
  recommended<Model>(
    'encoding.response',
    texts.tritonClient,
    'A client that accepts gzip gets the same answer, compressed or not.',
    async (model) => {
      const headers = { 'accept-encoding': 'gzip' };
      requireSame(model, requireOutputs(await infer(model, { body: text(model), headers })));
    },
  ),
];

function text(model: Model): Buffer {
  return Buffer.from(writeJson(exampleRequest(requireJsonExample(model))));
}

function send(model: Model, encoding: string, body: Uint8Array) {
  return infer(model, { body, headers: { 'content-encoding': encoding } });
}

function requireRefused(answer: Parameters<typeof described>[0], others: readonly number[]): void {
  const { status } = answer;
  if ((status < 400 || status > 499) && !others.includes(status))
    throw unmet(`HTTP 4xx${others.map((each) => ` or ${each}`).join('')}`, described(answer));
}
