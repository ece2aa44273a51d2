import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parseCommandLine } from './command-line.ts';

const directory = mkdtempSync(join(tmpdir(), 'oip-command-line-'));
afterAll(() => rmSync(directory, { recursive: true }));

const url = 'http://127.0.0.1:8000';
const sample = { inputs: [{ name: 'x', datatype: 'FP32', shape: [1], data: [1] }] };

function file(name: string, content: string): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

test.each<[string, string[], RegExp]>([
  ['no URL', [], /Give one URL/],
  ['two URLs', [url, url], /Give one URL/],
  ['what is no URL', ['localhost:8000'], /"localhost:8000" is no URL/],
  ['an option that there is not', [url, '--fast'], /--fast/],
  ['a prefix of nothing', [url, '--only', 'infre'], /no requirement's id begins so. --list/],
  ['a header without a colon', [url, '--header', 'authorization'], /'name: value'/],
  ['a sample without a name', [url, '--sample', 'file.json'], /NAME=FILE/],
  ['a sample that is not there', [url, '--sample', 'x=/no/such.json'], /ENOENT/],
  ['a sample that is no JSON', [url, '--sample', `x=${file('text.json', 'x')}`], /no infer request in JSON/],
  [
    'a sample with values that its datatype cannot hold',
    [
      url,
      '--sample',
      `x=${file('wrong.json', JSON.stringify({ inputs: [{ ...sample.inputs[0], data: ['a'] }] }))}`,
    ],
    /data that its datatype cannot hold/,
  ],
  ['a sample without inputs', [url, '--sample', `x=${file('empty.json', '{}')}`], /inputs/],
])('%s is wrong use', (_what, words, message) => {
  expect(() => parseCommandLine(words)).toThrow(
    expect.objectContaining({ code: 'USAGE', message: expect.stringMatching(message) }),
  );
});

test('every option is read', () => {
  const path = file('sample.json', JSON.stringify(sample));
  const words = `${url} --model a --model b --sample a=${path} --only infer --admin --json --header`.split(
    ' ',
  );
  expect(parseCommandLine([...words, 'Authorization: Bearer a:b'])).toEqual({
    kind: 'run',
    json: true,
    options: {
      baseUrl: url,
      models: ['a', 'b'],
      samples: { a: sample },
      headers: { Authorization: 'Bearer a:b' },
      only: 'infer',
      admin: true,
    },
  });
});

test('help and the list need no URL', () => {
  expect(parseCommandLine(['--help'])).toEqual({ kind: 'help' });
  expect(parseCommandLine(['--list'])).toEqual({ kind: 'list' });
});
