import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assertTexts, longestString, readByteStrings, writeByteStrings } from './byte-strings.ts';

const element = (...bytes: number[]) => [bytes.length, 0, 0, 0, ...bytes];
const read = (count: number, ...bytes: number[]) => readByteStrings('city', count, Buffer.from(bytes));

describe('strings on the wire', () => {
  test.each([
    ['a length that is cut short', 1, [3, 0, 0], '1 elements take more than 3 bytes'],
    ['a second length that is cut short', 2, [...element(65, 65), 1, 0], 'end within element 1'],
    ['bytes that are cut short', 1, [3, 0, 0, 0, 65, 65], 'end within element 0'],
    ['more elements than were counted', 1, [...element(65), ...element(66)], '5 bytes are left over'],
    ['fewer elements than were counted', 2, [...element(65, 66, 67, 68)], 'end within element 1'],
    ['a count that no memory could hold', 2 ** 40, element(65), `${2 ** 40} elements`],
    ['a length above the limit', 1, [1, 0, 1, 0], 'element 0 has 65537 bytes'],
    ['a length that would be negative', 1, [255, 255, 255, 255], 'element 0 has 4294967295 bytes'],
    ['a NUL', 2, [...element(65), ...element(65, 0)], 'element 1 holds the character NUL'],
    ['half a character', 2, [...element(65), ...element(0xc3)], 'element 1 is not UTF-8'],
    [
      'a lone surrogate in a long text',
      1,
      element(65, 65, 65, 65, 0xed, 0xa0, 0x80),
      'element 0 is not UTF-8',
    ],
  ])('are refused with %s', (_name, count, bytes, message) => {
    expect(() => read(count, ...bytes)).toThrow(
      expect.objectContaining({
        code: 'INPUT_INVALID',
        message: expect.stringMatching(`^Input "city": .*${message}`),
      }),
    );
  });

  test('that were refused once are refused again: only text is remembered', () => {
    for (let i = 0; i < 2; i++) expect(() => read(1, ...element(0xff))).toThrow('not UTF-8');
    expect(read(1, ...element(0xef, 0xbf, 0xbd))).toEqual(['\uFFFD']);
  });

  test('may be empty, and as long as the limit', () => {
    const long = 'x'.repeat(longestString);
    expect(readByteStrings('city', 3, writeByteStrings(['', 'ü', long]))).toEqual(['', 'ü', long]);
    expect(read(0)).toEqual([]);
  });

  test('come back as they were sent, whatever was sent before', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 9 }).filter((any) => !any.includes('\0')),
      // Many that are short and alike, so that they share the places where strings are remembered.
      fc.string({ unit: fc.constantFrom('a', 'b', 'ü'), maxLength: 7 }),
    );
    fc.assert(
      fc.property(fc.array(text), (texts) => {
        expect(readByteStrings('city', texts.length, writeByteStrings(texts))).toEqual(texts);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a string from JSON', () => {
  test.each([
    ['a NUL', 'a\0', 'element 1 holds the character NUL'],
    ['half a character', '\uD800', 'element 1 is not UTF-8'],
    ['a byte too many', 'x'.repeat(longestString + 1), 'element 1 has 65537 bytes'],
    ['a byte too many in wide characters', 'ü'.repeat(longestString / 2 + 1), 'element 1 has 65538 bytes'],
  ])('is refused with %s', (_name, text, message) => {
    expect(() => assertTexts('city', ['ok', text])).toThrow(message);
  });

  test('may be as long as the limit', () => {
    assertTexts('city', ['x'.repeat(longestString), '\u{1F6EB}'.repeat(longestString / 4)]);
  });
});
