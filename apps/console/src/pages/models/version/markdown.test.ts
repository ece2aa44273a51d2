import fc from 'fast-check';
import { expect, it } from 'vitest';
import { blocksOf, inlinesOf } from './markdown.ts';

it('takes what it does not know for a paragraph', () => {
  expect(blocksOf('> a quote\nof two lines')).toEqual([
    { kind: 'paragraph', text: '> a quote of two lines' },
  ]);
  expect(blocksOf('| no | rule |')).toEqual([{ kind: 'paragraph', text: '| no | rule |' }]);
  expect(blocksOf(' \n\n ')).toEqual([]);
});

it('reads headings, lists and tables', () => {
  const text = '# Card\nText.\n\n- one\n  and more\n- two\n\n| a | b |\n| --- | ---: |\n| 1 | |\n';
  expect(blocksOf(text)).toEqual([
    { kind: 'heading', level: 1, text: 'Card' },
    { kind: 'paragraph', text: 'Text.' },
    { kind: 'list', items: ['one and more', 'two'] },
    { kind: 'table', head: ['a', 'b'], rows: [['1', '']] },
  ]);
});

it('reads what is marked within a line', () => {
  expect(inlinesOf('**Task.** See [x.ts](x.ts), `f(*)` and *this*: 2 * 3 * 4.')).toEqual([
    { kind: 'bold', text: 'Task.' },
    { kind: 'text', text: ' See ' },
    { kind: 'link', text: 'x.ts', to: 'x.ts' },
    { kind: 'text', text: ', ' },
    { kind: 'code', text: 'f(*)' },
    { kind: 'text', text: ' and ' },
    { kind: 'italic', text: 'this' },
    { kind: 'text', text: ': 2 * 3 * 4.' },
  ]);
});

it('loses no letter, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', ' ', '*', '`', '[', ']', '(', ')') }), (text) => {
      const letters = (of: string) => of.replaceAll(/[^a]/g, '');
      const read = inlinesOf(text).map((one) => one.text + (one.kind === 'link' ? one.to : ''));
      expect(letters(read.join(''))).toBe(letters(text));
    }),
  );
});
