// Steps through protobuf messages where they lie, without building them: a random forest of a million nodes is one message
// of twelve million numbers, which cost seconds and a gigabyte as objects, and some 0.3 s to step over.

import type { DescMessage } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** For `fromBinary`, where nothing is written back: fields that our messages do not describe are stepped over. */
export const lean = { readUnknownFields: false };

/** Bytes `start` to `end` (exclusive) of a file. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Calls `visit` for every field of a message that has a length (messages, strings, bytes), in the order of the file. Throws
 * where the bytes are no message.
 */
export function eachField(
  bytes: Uint8Array,
  { start, end }: Span,
  visit: (field: number, content: Span) => void,
): void {
  const reader = new BinaryReader(bytes);
  reader.pos = start;
  while (reader.pos < end) {
    const tag = reader.uint32();
    const wireType = tag & 7;
    if (wireType === WireType.LengthDelimited) {
      const length = reader.uint32();
      const content = { start: reader.pos, end: reader.pos + length };
      reader.pos = content.end;
      if (content.end <= end) visit(tag >>> 3, content);
    } else if (wireType === WireType.Varint) {
      reader.uint32();
    } else if (wireType === WireType.Bit64) {
      reader.pos += 8;
    } else if (wireType === WireType.Bit32) {
      reader.pos += 4;
    } else {
      throw new Error(`byte ${reader.pos - 1} starts no field`);
    }
  }
  if (reader.pos > end) throw new Error('it was cut short');
}

/**
 * Every message of type `wanted` below a message of type `outer`, however deep. Keeps its own stack, so that no file can
 * nest too deep for it.
 */
export function* messagesWithin(bytes: Uint8Array, outer: DescMessage, wanted: DescMessage): Generator<Span> {
  const unread: { readonly type: DescMessage; readonly span: Span }[] = [
    { type: outer, span: { start: 0, end: bytes.length } },
  ];
  for (let next = unread.pop(); next; next = unread.pop()) {
    const { fields } = next.type;
    const found: Span[] = [];
    eachField(bytes, next.span, (field, span) => {
      const type = fields.find(({ number }) => number === field)?.message;
      if (type === wanted) found.push(span);
      else if (type) unread.push({ type, span });
    });
    yield* found;
  }
}
