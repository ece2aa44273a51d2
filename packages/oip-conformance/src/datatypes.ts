// The datatypes of the protocol, and BF16, which Triton adds: how large an element is, its bytes, and values to send.

import { bfloatBits, bfloatOfBits, halfBits, halfOfBits } from './half-float.ts';

export type Element = number | bigint | boolean | string;

interface Datatype {
  readonly kind: 'bool' | 'integer' | 'float' | 'bytes';
  /** Bytes an element. Not for BYTES, whose elements say their own length. */
  readonly size: number;
  read(view: DataView, at: number): Element;
  write(view: DataView, at: number, value: Element): void;
  /** Values at the edge of what the type holds, which a server loses if it takes them through a smaller type. */
  readonly edges: readonly Element[];
}

type Read = Datatype['read'];
type Write = (view: DataView, at: number, value: number) => void;

/** No infinities: JSON has none. Exact in FP16 and BF16 too, but for 0.1, which every float type rounds. */
const floatEdges = [-1.5, 0.1, 0, 1024];
const textEdges = ['', 'quote " backslash \\ newline \n', 'é € 😀', ' '];

export const datatypes: Readonly<Record<string, Datatype>> = {
  BOOL: {
    kind: 'bool',
    size: 1,
    read: (view, at) => view.getUint8(at) !== 0,
    write: (view, at, value) => view.setUint8(at, value ? 1 : 0),
    edges: [true, false],
  },
  UINT8: integer(
    1,
    (view, at) => view.getUint8(at),
    (view, at, value) => view.setUint8(at, value),
    [0, 255],
  ),
  UINT16: integer(
    2,
    (view, at) => view.getUint16(at, true),
    (view, at, value) => view.setUint16(at, value, true),
    [0, 65_535],
  ),
  UINT32: integer(
    4,
    (view, at) => view.getUint32(at, true),
    (view, at, value) => view.setUint32(at, value, true),
    [0, 4_294_967_295],
  ),
  UINT64: {
    kind: 'integer',
    size: 8,
    read: (view, at) => view.getBigUint64(at, true),
    write: (view, at, value) => view.setBigUint64(at, BigInt(value), true),
    edges: [0n, 2n ** 64n - 1n, 2n ** 53n + 1n],
  },
  INT8: integer(
    1,
    (view, at) => view.getInt8(at),
    (view, at, value) => view.setInt8(at, value),
    [-128, 127],
  ),
  INT16: integer(
    2,
    (view, at) => view.getInt16(at, true),
    (view, at, value) => view.setInt16(at, value, true),
    [-32_768, 32_767],
  ),
  INT32: integer(
    4,
    (view, at) => view.getInt32(at, true),
    (view, at, value) => view.setInt32(at, value, true),
    [-2_147_483_648, 2_147_483_647],
  ),
  INT64: {
    kind: 'integer',
    size: 8,
    read: (view, at) => view.getBigInt64(at, true),
    write: (view, at, value) => view.setBigInt64(at, BigInt(value), true),
    edges: [-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n],
  },
  FP16: float(
    2,
    (view, at) => halfOfBits(view.getUint16(at, true)),
    (view, at, value) => view.setUint16(at, halfBits(value), true),
  ),
  BF16: float(
    2,
    (view, at) => bfloatOfBits(view.getUint16(at, true)),
    (view, at, value) => view.setUint16(at, bfloatBits(value), true),
  ),
  FP32: float(
    4,
    (view, at) => view.getFloat32(at, true),
    (view, at, value) => view.setFloat32(at, value, true),
  ),
  FP64: float(
    8,
    (view, at) => view.getFloat64(at, true),
    (view, at, value) => view.setFloat64(at, value, true),
  ),
  BYTES: { kind: 'bytes', size: 0, read: unsized, write: unsized, edges: textEdges },
};

/** Whether a JSON value can be an element of this datatype. A whole number may be a float's too, and come as a bigint. */
export function isElement(datatype: string, value: unknown): value is Element {
  const kind = datatypes[datatype]?.kind;
  if (kind === 'bytes') return typeof value === 'string';
  if (kind === 'bool') return typeof value === 'boolean';
  if (kind === 'integer') return typeof value === 'bigint' || Number.isInteger(value);
  return kind === 'float' && (typeof value === 'number' || typeof value === 'bigint');
}

function integer(size: number, read: Read, write: Write, edges: readonly number[]): Datatype {
  return { kind: 'integer', size, read, write: (view, at, value) => write(view, at, Number(value)), edges };
}

function float(size: number, read: Read, write: Write): Datatype {
  return {
    kind: 'float',
    size,
    read,
    write: (view, at, value) => write(view, at, Number(value)),
    edges: floatEdges,
  };
}

function unsized(): never {
  throw new Error('BYTES has no fixed size: use tensor-bytes.ts');
}
