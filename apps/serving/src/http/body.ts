// How the bodies of requests are read, for every transport: collected and decompressed within the limit, then handed to what
// makes something of the bytes.

import { gunzip, inflate } from 'node:zlib';
import { FlightdeckError, isSystemError, messageOf } from '@flightdeck/core';
import type { FastifyContentTypeParser, FastifyRequest } from 'fastify';
import { jsonReader } from './body-json.ts';
import type { HttpServer } from './http-server.ts';
import { giveBack } from './memory.ts';

/** Before the routes: JSON for all of them. What takes other bodies adds its own parser, made by `bodyParser`. */
export function registerBodyParsers(server: HttpServer): void {
  const readJson = jsonReader(server);
  server.removeContentTypeParser('application/json');
  server.addContentTypeParser('application/json', bodyParser(readJson));
}

export interface BodyParserOptions {
  /** Where in the body binary numbers begin: they come to lie at a multiple of 8 in memory, to be read where they are. */
  readonly numbersAt?: (request: FastifyRequest) => number;
}

/**
 * A parser for Fastify that gives all bytes of the body to `read`, which answers with something made of a copy of them, or with the
 * bytes themselves, which the route then gives back (memory.ts). The route's body limit holds for what is sent and for what it
 * decompresses to. BODY_TOO_LARGE, BODY_INCOMPLETE, BODY_CORRUPT, UNSUPPORTED_ENCODING, or what `read` throws.
 */
export function bodyParser(
  read: (bytes: Buffer, request: FastifyRequest) => unknown,
  { numbersAt = () => 0 }: BodyParserOptions = {},
): FastifyContentTypeParser {
  return (request, payload, done) => {
    const limit = request.routeOptions.bodyLimit;
    const { 'content-encoding': encoding = 'identity', 'content-length': length = limit } = request.headers;
    if (Number(length) > limit) throw tooLarge(limit);
    const decompress = decompression(encoding.toLowerCase(), limit);
    const start = numbersAt(request);
    collect(payload, { limit, expected: Number(length), start }, (refusal, sent) => {
      if (refusal !== null) return done(refusal);
      decompress(sent, (failure, bytes) => {
        if (failure !== null) return done(failure);
        const inPlace = placed(bytes, start);
        let body: unknown;
        try {
          body = read(inPlace, request);
        } catch (error) {
          return done(error as Error);
        }
        if (body !== inPlace) giveBack(inPlace);
        done(null, body);
      });
    });
  };
}

type Finish = (error: Error | null, bytes: Buffer) => void;

const nothing = Buffer.alloc(0);

interface Size {
  readonly limit: number;
  /** What the caller announced, or the limit. */
  readonly expected: number;
  /** Which byte is to lie at a multiple of 8. */
  readonly start: number;
}

/**
 * Most bodies come in one piece, which stays as it is. More are copied behind each other into memory that doubles: a caller who
 * announces much and sends little, or sends it byte by byte, takes no more than twice of what was sent.
 */
function collect(payload: NodeJS.ReadableStream, { limit, expected, start }: Size, finish: Finish): void {
  let bytes: Buffer = nothing;
  let length = 0;
  payload.on('data', onData);
  payload.on('end', onEnd);
  payload.on('error', onError);

  function onData(piece: Buffer): void {
    const needed = length + piece.length;
    if (needed > limit) settle(tooLarge(limit));
    else {
      if (length === 0) bytes = piece;
      else {
        if (needed > bytes.length)
          bytes = enlarged(bytes, Math.max(needed, Math.min(2 * needed, expected)), start);
        piece.copy(bytes, length);
        giveBack(piece);
      }
      length = needed;
    }
  }
  function onEnd(): void {
    settle(null);
  }
  function onError(cause: Error): void {
    const message = `The body ended before it was complete: ${messageOf(cause)}.`;
    settle(new FlightdeckError('BODY_INCOMPLETE', message, { cause }));
  }
  function settle(error: Error | null): void {
    payload.off('data', onData);
    payload.off('end', onEnd);
    payload.off('error', onError);
    finish(error, bytes.subarray(0, length));
  }
}

const decompressors: Readonly<Record<string, typeof gunzip>> = { gzip: gunzip, deflate: inflate };

/** What undoes an encoding, off the event loop, and no further than the limit, however much there would be. */
function decompression(encoding: string, limit: number) {
  if (encoding === 'identity') return (bytes: Buffer, finish: Finish) => finish(null, bytes);
  const decompress = Object.hasOwn(decompressors, encoding) ? decompressors[encoding] : undefined;
  if (decompress === undefined) throw unsupportedEncoding(encoding);
  return (bytes: Buffer, finish: Finish) =>
    decompress(bytes, { maxOutputLength: limit }, (failure, plain) => {
      if (failure === null) finish(null, plain);
      else if (isSystemError(failure, 'ERR_BUFFER_TOO_LARGE')) finish(tooLarge(limit), nothing);
      else finish(corrupt(encoding, failure), nothing);
    });
}

/** The bytes, moved if need be, with byte `start` at a multiple of 8. */
function placed(bytes: Buffer, start: number): Buffer {
  return (bytes.byteOffset + start) % 8 === 0 ? bytes : enlarged(bytes, bytes.length, start);
}

function enlarged(bytes: Buffer, length: number, start: number): Buffer {
  const shift = (8 - (start % 8)) % 8;
  const memory = Buffer.allocUnsafe(shift + length).subarray(shift);
  bytes.copy(memory);
  giveBack(bytes);
  return memory;
}

function tooLarge(limit: number): FlightdeckError {
  return new FlightdeckError(
    'BODY_TOO_LARGE',
    `The body is over the limit of ${limit} bytes. ` +
      'Send fewer instances at once (SERVING_MAX_BODY_BYTES sets the limit).',
  );
}

function unsupportedEncoding(encoding: string): FlightdeckError {
  return new FlightdeckError(
    'UNSUPPORTED_ENCODING',
    `The content-encoding ${JSON.stringify(encoding.slice(0, 40))} is not supported. Send gzip, deflate or identity.`,
  );
}

function corrupt(encoding: string, cause: Error): FlightdeckError {
  return new FlightdeckError(
    'BODY_CORRUPT',
    `The body is not the ${encoding} stream that its content-encoding announces: ${messageOf(cause)}.`,
    { cause },
  );
}
