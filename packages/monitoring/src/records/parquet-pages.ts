// What is inside a Parquet page: which rows have a value, and the values, plain or as places in a dictionary.
// https://parquet.apache.org/docs/file-format/data-pages/encodings

import { pushVarint } from './thrift.ts';

/** A column of a row group: its values, or places in a dictionary. Missing is NaN, or the place of an empty string. */
export type ParquetValues =
  | { readonly type: 'float'; readonly values: Float32Array }
  | { readonly type: 'double'; readonly values: Float64Array }
  | { readonly type: 'int'; readonly values: Int32Array }
  | { readonly type: 'string'; readonly values: Places; readonly dictionary: readonly string[] };

type Places = Uint8Array | Uint32Array;

export interface Pages {
  /** Of a column of strings. */
  readonly dictionary: Uint8Array | null;
  readonly data: Uint8Array;
  readonly nulls: number;
}

export function encodePages(column: ParquetValues): Pages {
  switch (column.type) {
    case 'string':
      return encodeStrings(column.values, column.dictionary);
    case 'int':
      return pagesOf(allPresent(column.values.length), bytesOf(column.values), 0);
    default:
      return encodeFloats(column.values);
  }
}

// The loops below are written out, and each sees two kinds of array at most: that is what makes them fast.

function encodeFloats(values: Float32Array | Float64Array): Pages {
  let nulls = 0;
  for (let row = 0; row < values.length; row++) if (Number.isNaN(values[row]!)) nulls++;
  if (nulls === 0) return pagesOf(allPresent(values.length), bytesOf(values), 0);
  const isPresent = new Uint8Array(values.length);
  for (let row = 0; row < values.length; row++) isPresent[row] = Number.isNaN(values[row]!) ? 0 : 1;
  const present = values.filter((value) => !Number.isNaN(value));
  return pagesOf(definitionLevels(isPresent, present.length), bytesOf(present), nulls);
}

function encodeStrings(places: Places, dictionary: readonly string[]): Pages {
  const empty = dictionary.indexOf('');
  const { levels, present } =
    empty < 0 ? { levels: allPresent(places.length), present: places } : withoutPlace(places, empty);
  return {
    ...pagesOf(levels, encodePlaces(present, dictionary.length), places.length - present.length),
    dictionary: encodeTexts(dictionary),
  };
}

function withoutPlace(places: Places, missing: number): { levels: Uint8Array; present: Places } {
  const isPresent = new Uint8Array(places.length);
  const present = new Uint32Array(places.length);
  let count = 0;
  for (let row = 0; row < places.length; row++) {
    const place = places[row]!;
    if (place === missing) continue;
    isPresent[row] = 1;
    present[count++] = place;
  }
  return { levels: definitionLevels(isPresent, count), present: present.subarray(0, count) };
}

function pagesOf(levels: Uint8Array, content: Uint8Array, nulls: number): Pages {
  return { dictionary: null, data: Buffer.concat([levels, content]), nulls };
}

/** One bit a row, which says whether there is a value. Where all rows are alike, only how many they are. */
function definitionLevels(isPresent: Uint8Array, count: number): Uint8Array {
  if (count === isPresent.length) return allPresent(count);
  return withLength(count === 0 ? run(isPresent.length, 0, 1) : packed(isPresent, 1));
}

function allPresent(rows: number): Uint8Array {
  return withLength(run(rows, 1, 1));
}

/** The number of bits of each place, then one run where all are the same, else all of them packed. */
function encodePlaces(places: Places, count: number): Uint8Array {
  const width = Math.max(1, 32 - Math.clz32(count - 1));
  const first = places[0] ?? 0;
  let same = 0;
  while (same < places.length && places[same] === first) same++;
  const content = same === places.length ? run(same, first, width) : packed(places, width);
  return Buffer.concat([Uint8Array.of(width), content]);
}

/** The same value so many times. */
function run(length: number, value: number, width: number): Uint8Array {
  const bytes: number[] = [];
  pushVarint(bytes, 2 * length);
  for (let bit = 0; bit < width; bit += 8) bytes.push((value >> bit) & 0xff);
  return Uint8Array.from(bytes);
}

/** `width` bits a value, lowest first, in groups of eight values; the header counts the groups. */
function packed(values: Places, width: number): Uint8Array {
  const groups = Math.ceil(values.length / 8);
  const header: number[] = [];
  pushVarint(header, 2 * groups + 1);
  const bytes = new Uint8Array(header.length + groups * width);
  bytes.set(header);
  let at = header.length;
  let bits = 0;
  let waiting = 0;
  for (let row = 0; row < values.length; row++) {
    bits |= values[row]! << waiting;
    waiting += width;
    for (; waiting >= 8; waiting -= 8) {
      bytes[at++] = bits;
      bits >>>= 8;
    }
  }
  if (waiting > 0) bytes[at] = bits;
  return bytes;
}

/** Each with its length before it. */
function encodeTexts(texts: readonly string[]): Uint8Array {
  // UTF-8 takes three bytes at most for each of JavaScript's units.
  const bytes = Buffer.allocUnsafe(texts.reduce((sum, text) => sum + 4 + 3 * text.length, 0));
  let at = 0;
  for (const text of texts) {
    const length = bytes.write(text, at + 4);
    bytes.writeUInt32LE(length, at);
    at += 4 + length;
  }
  return bytes.subarray(0, at);
}

function withLength(bytes: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function bytesOf({ buffer, byteOffset, byteLength }: ParquetValues['values']): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
