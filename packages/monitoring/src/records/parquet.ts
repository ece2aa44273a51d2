// Parquet files, written from columns of typed arrays: a row group at a time, a page a column, compressed with zstd. A general writer
// takes many times as long, since it goes value by value (docs/decisions/0013).
// https://parquet.apache.org/docs/file-format

import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { constants, zstdCompressSync } from 'node:zlib';
import { encodePages, type ParquetValues } from './parquet-pages.ts';
import { encodeStruct, type Struct, type Thrift } from './thrift.ts';

export interface ParquetColumn {
  readonly name: string;
  readonly type: ParquetValues['type'];
}

export interface ParquetWriter {
  /** One entry a column, in the order of the columns, all of the same length. */
  writeGroup(columns: readonly ParquetValues[]): void;
  /** Writes what a reader begins with, and brings everything to the disk. */
  finish(): void;
  close(): void;
}

// Numbers of the format's enumerations.
const physicalTypes = { float: 4, double: 5, int: 1, string: 6 } as const;
const encodings = { plain: 0, rle: 3, dictionary: 8 } as const;
const codecs = { none: 0, zstd: 6 } as const;
const pageTypes = { data: 0, dictionary: 2 } as const;
const optional = 1;
const utf8 = 0;

const magic = Buffer.from('PAR1');
/** Smaller pages only grow by being compressed. */
const smallBytes = 256;

export function parquetWriter(path: string, columns: readonly ParquetColumn[]): ParquetWriter {
  const file = openSync(path, 'w');
  const groups: Thrift[] = [];
  let offset = 0;
  let rows = 0;

  function write(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
    offset += bytes.length;
  }

  /** Returns where the page begins. */
  function writePage(content: Uint8Array, codec: number, header: Struct): number {
    const at = offset;
    const stored = codec === codecs.none ? content : compress(content);
    write(encodeStruct({ ...header, 2: { i32: content.length }, 3: { i32: stored.length } }));
    write(stored);
    return at;
  }

  function writeColumn({ name, type }: ParquetColumn, column: ParquetValues): Thrift {
    const { dictionary, data, nulls } = encodePages(column);
    const plainBytes = data.length + (dictionary?.length ?? 0);
    const codec = plainBytes < smallBytes ? codecs.none : codecs.zstd;
    const start = offset;
    const dictionaryAt: Struct =
      dictionary === null ? {} : { 11: { i64: writePage(dictionary, codec, dictionaryHeader(column)) } };
    const dataAt = writePage(data, codec, dataHeader(column));
    const meta: Struct = {
      1: { i32: physicalTypes[type] },
      2: { list: [{ i32: encodings.rle }, { i32: encodingOf(type) }] },
      3: { list: [{ binary: name }] },
      4: { i32: codec },
      5: { i64: column.values.length },
      6: { i64: plainBytes },
      7: { i64: offset - start },
      9: { i64: dataAt },
      ...dictionaryAt,
      12: { struct: statistics(column, nulls) },
    };
    return { struct: { 2: { i64: start }, 3: { struct: meta } } };
  }

  write(magic);
  return {
    writeGroup(values) {
      const start = offset;
      const chunks = columns.map((column, index) => writeColumn(column, values[index]!));
      const groupRows = values[0]!.values.length;
      rows += groupRows;
      groups.push({ struct: { 1: { list: chunks }, 2: { i64: offset - start }, 3: { i64: groupRows } } });
    },
    finish() {
      const footer = encodeStruct({
        1: { i32: 1 },
        2: { list: schemaOf(columns) },
        3: { i64: rows },
        4: { list: groups },
        6: { binary: 'flightdeck' },
      });
      const length = Buffer.alloc(4);
      length.writeUInt32LE(footer.length);
      write(Buffer.concat([footer, length, magic]));
      fsyncSync(file);
    },
    close: () => closeSync(file),
  };
}

function schemaOf(columns: readonly ParquetColumn[]): Thrift[] {
  const root: Thrift = { struct: { 4: { binary: 'record' }, 5: { i32: columns.length } } };
  const leaves = columns.map(({ name, type }): Thrift => {
    const leaf: Struct = { 1: { i32: physicalTypes[type] }, 3: { i32: optional }, 4: { binary: name } };
    return { struct: type === 'string' ? { ...leaf, 6: { i32: utf8 } } : leaf };
  });
  return [root, ...leaves];
}

function encodingOf(type: ParquetValues['type']): number {
  return type === 'string' ? encodings.dictionary : encodings.plain;
}

function dictionaryHeader(column: ParquetValues): Struct {
  const count = column.type === 'string' ? column.dictionary.length : 0;
  return {
    1: { i32: pageTypes.dictionary },
    7: { struct: { 1: { i32: count }, 2: { i32: encodings.plain } } },
  };
}

function dataHeader({ type, values }: ParquetValues): Struct {
  const levels = { i32: encodings.rle };
  const data: Struct = { 1: { i32: values.length }, 2: { i32: encodingOf(type) }, 3: levels, 4: levels };
  return { 1: { i32: pageTypes.data }, 5: { struct: data } };
}

/** Readers pass over row groups by the bounds of a column; times are what people ask by. */
function statistics({ type, values }: ParquetValues, nulls: number): Struct {
  if (type !== 'double' || nulls === values.length) return { 3: { i64: nulls } };
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  }
  return { 3: { i64: nulls }, 5: { binary: doubleBytes(maximum) }, 6: { binary: doubleBytes(minimum) } };
}

function doubleBytes(value: number): Uint8Array {
  return new Uint8Array(Float64Array.of(value).buffer);
}

function compress(content: Uint8Array): Uint8Array {
  return zstdCompressSync(content, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
}
