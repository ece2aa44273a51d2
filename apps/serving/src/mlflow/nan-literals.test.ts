import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nullForNan } from './nan-literals.ts';

test.each([
  ['[NaN]', '[null]'],
  ['{"a": NaN, "b": [NaN,-NaN]}', '{"a": null, "b": [null,-null]}'],
  ['["NaN", "\\"NaN", "\\\\", NaN]', '["NaN", "\\"NaN", "\\\\", null]'],
  ['"NaN', '"NaN'],
  ['NaN\\', 'null\\'],
  ['Na', 'Na'],
])('%s becomes %s', (text, expected) => {
  expect(nullForNan(Buffer.from(text)).toString()).toBe(expected);
});

test('JSON without the literal stays as it is, whatever its strings hold', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('NaN', '"NaN"', '\\"NaN', '\\'));
  const value = fc.dictionary(text, fc.array(text));
  fc.assert(
    fc.property(value, (json) => {
      const bytes = Buffer.from(JSON.stringify(json));
      expect(nullForNan(bytes).toString()).toBe(bytes.toString());
    }),
  );
});
