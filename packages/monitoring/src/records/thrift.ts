// Thrift's compact protocol, as much of it as Parquet's headers and footers need: whole numbers from 0, texts, bytes, lists, structs.
// https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md

export type Thrift =
  | { readonly i32: number }
  | { readonly i64: number }
  | { readonly binary: Uint8Array | string }
  | { readonly list: readonly Thrift[] }
  | { readonly struct: Struct };

/** Fields by their ids, which JavaScript keeps in ascending order, as the protocol wants them. */
export type Struct = { readonly [id: number]: Thrift };

const typeIds = { i32: 5, i64: 6, binary: 8, list: 9, struct: 12 } as const;

export function encodeStruct(struct: Struct): Buffer {
  const bytes: number[] = [];
  pushStruct(bytes, struct);
  return Buffer.from(bytes);
}

function pushStruct(bytes: number[], struct: Struct): void {
  let last = 0;
  for (const [name, value] of Object.entries(struct)) {
    const id = Number(name);
    bytes.push(((id - last) << 4) | typeOf(value));
    last = id;
    pushValue(bytes, value);
  }
  bytes.push(0);
}

function pushValue(bytes: number[], value: Thrift): void {
  if ('i32' in value) pushVarint(bytes, 2 * value.i32);
  else if ('i64' in value) pushVarint(bytes, 2 * value.i64);
  else if ('binary' in value) pushBinary(bytes, value.binary);
  else if ('list' in value) pushList(bytes, value.list);
  else pushStruct(bytes, value.struct);
}

function pushBinary(bytes: number[], value: Uint8Array | string): void {
  const content = typeof value === 'string' ? Buffer.from(value) : value;
  pushVarint(bytes, content.length);
  for (const byte of content) bytes.push(byte);
}

function pushList(bytes: number[], list: readonly Thrift[]): void {
  const type = list.length === 0 ? typeIds.struct : typeOf(list[0]!);
  if (list.length < 15) bytes.push((list.length << 4) | type);
  else {
    bytes.push(0xf0 | type);
    pushVarint(bytes, list.length);
  }
  for (const value of list) pushValue(bytes, value);
}

/** Seven bits a byte, lowest first; the highest bit says that more follow. By division, since an i64 does not fit a shift. */
export function pushVarint(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
}

function typeOf(value: Thrift): number {
  return typeIds[Object.keys(value)[0] as keyof typeof typeIds];
}
