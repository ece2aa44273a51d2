// A tensor's elements as the binary tensor data extension lays them out: little-endian, row-major, nothing in between.

import { datatypes, type Element } from './datatypes.ts';

/** A BYTES element is its length as 4 bytes, then its UTF-8. */
export function bytesOfElements(datatype: string, data: readonly Element[]): Buffer {
  if (datatype === 'BYTES') return Buffer.concat(data.flatMap((each) => prefixed(String(each))));
  const { size, write } = datatypes[datatype]!;
  const bytes = Buffer.alloc(size * data.length);
  data.forEach((value, i) => {
    write(viewOf(bytes), i * size, value);
  });
  return bytes;
}

/** undefined when the bytes are not whole elements, or the datatype is none that the protocol knows. */
export function elementsOfBytes(datatype: string, bytes: Uint8Array): readonly Element[] | undefined {
  if (datatype === 'BYTES') return textsOfBytes(bytes);
  const type = datatypes[datatype];
  if (!type || bytes.length % type.size !== 0) return undefined;
  const view = viewOf(bytes);
  return Array.from({ length: bytes.length / type.size }, (_, i) => type.read(view, i * type.size));
}

function textsOfBytes(bytes: Uint8Array): readonly string[] | undefined {
  const texts: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (at + 4 > bytes.length) return undefined;
    const end = at + 4 + viewOf(bytes).getUint32(at, true);
    if (end > bytes.length) return undefined;
    texts.push(Buffer.from(bytes.subarray(at + 4, end)).toString());
    at = end;
  }
  return texts;
}

function prefixed(text: string): readonly Buffer[] {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return [length, bytes];
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
