import { expect, test } from 'vitest';
import { datatypes, type Element } from './datatypes.ts';
import { bytesOfElements, elementsOfBytes } from './tensor-bytes.ts';

test.each<[string, string]>([
  ['bytes that are no whole elements', 'FP32:000000'],
  ['a datatype that nobody knows', 'FP33:00000000'],
  ['a text whose length is cut off', 'BYTES:010000'],
  ['a text that is shorter than its length says', 'BYTES:0200000061'],
  ['a text that is missing after the last one', 'BYTES:010000006103000000'],
])('%s are no elements', (_what, given) => {
  const [datatype, hex] = given.split(':') as [string, string];
  expect(elementsOfBytes(datatype, Buffer.from(hex, 'hex'))).toBeUndefined();
});

test.each<[string, readonly Element[], string]>([
  ['BOOL', [true, false], '0100'],
  ['UINT8', [1, 255], '01ff'],
  ['UINT16', [1, 258], '01000201'],
  ['UINT32', [16_909_060], '04030201'],
  ['UINT64', [2n ** 64n - 2n], 'feffffffffffffff'],
  ['INT8', [-1], 'ff'],
  ['INT16', [-2], 'feff'],
  ['INT32', [-2], 'feffffff'],
  ['INT64', [-2n], 'feffffffffffffff'],
  ['FP16', [1], '003c'],
  ['BF16', [1], '803f'],
  ['FP32', [1], '0000803f'],
  ['FP64', [1], '000000000000f03f'],
  ['BYTES', ['a', '', 'é'], '0100000061' + '00000000' + '02000000c3a9'],
])('%s is laid out little-endian, without gaps, and read back', (datatype, data, hex) => {
  expect(bytesOfElements(datatype, data).toString('hex')).toBe(hex);
  expect(elementsOfBytes(datatype, Buffer.from(hex, 'hex'))).toEqual(data);
});

test('the values at the edge of each datatype survive its bytes', () => {
  for (const [datatype, { edges, kind }] of Object.entries(datatypes)) {
    if (kind === 'float') continue;
    expect(elementsOfBytes(datatype, bytesOfElements(datatype, edges))).toEqual(
      edges.map((each) => (datatype.endsWith('64') ? BigInt(each) : each)),
    );
  }
});
