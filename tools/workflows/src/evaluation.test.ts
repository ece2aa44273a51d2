import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TrainingResult, trainingResultSchema } from '@flightdeck/training/result';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluationCharts, evaluationMarkdown } from './evaluation.ts';
import { plain } from './markdown.ts';

// A real training's answer, which the report's tests read too.
const fixture = join(import.meta.dirname, '../../../apps/cli/src/report/result.fixture.json');
const result: TrainingResult = trainingResultSchema.parse(JSON.parse(readFileSync(fixture, 'utf8')));
const worse = (by: number): TrainingResult['test']['network'] => {
  const { network } = result.test;
  const shift = ({ value, low, high }: typeof network.metrics.rocAuc) => ({
    value: value - by,
    low: low - by,
    high: high - by,
  });
  return { ...network, metrics: { ...network.metrics, rocAuc: shift(network.metrics.rocAuc) } };
};
const withChampion = (champion: TrainingResult['test']['network']): TrainingResult => ({
  ...result,
  test: { ...result.test, champion },
});

describe('text from a branch', () => {
  it.each([
    ['markup', '**bold** `code` <script>alert(1)</script> ![](x) | cell', /[*`<>[\]!|]/],
    ['a mention', '@everyone look', /@/],
    ['a link', 'https://example.com and www.example.com', /:\/\/|www\./],
    ['lines', 'one\n\n# two', /[\n]/],
  ])('cannot be %s', (_name, text, sign) => {
    expect(plain(text)).not.toMatch(sign);
  });

  it('is shown as it was, whatever it is', () => {
    const shown = (markdown: string) =>
      markdown.replaceAll(/&#(\d+);/g, (_all, code) => String.fromCodePoint(Number(code)));
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(shown(plain(text))).toBe(text.replaceAll(/\s+/g, ' '));
        expect(plain(text)).not.toMatch(/[<>`*_[\]|@~\n\\]|:\/\//);
      }),
    );
  });
});

describe('an evaluation', () => {
  it('says what the gate said, reasons and all', () => {
    const gate = { verdict: 'fail' as const, reasons: ['ROC-AUC <b>0.5</b> is @nobody'] };
    const text = evaluationMarkdown({ ...result, gate }, result);
    expect(text).toContain(`### ${result.model}: The gate refuses it.`);
    expect(text).toContain('- ROC-AUC &#60;b&#62;0.5&#60;/b&#62; is &#64;nobody');
    expect(evaluationMarkdown({ ...result, gate: { ...gate, verdict: 'inconclusive' } }, result)).toContain(
      'cannot tell',
    );
  });

  it('compares with the champion on the same rows, and says which way is better', () => {
    const { rocAuc } = result.test.network.metrics;
    const text = evaluationMarkdown(withChampion(worse(0.01)), result);
    const row = text.split('\n').find((line) => line.includes('ROC-AUC'))!;
    expect(row).toMatch(/\| \+0\.0100 better \|$/);
    expect(row).toContain((rocAuc.value - 0.01).toFixed(4));
    expect(text).toMatch(/\| log loss .* \| the same \|/);
    expect(text).toContain('Both on the same');
    expect(evaluationMarkdown(withChampion(worse(-0.01)), result)).toMatch(/ROC-AUC.*\| −0\.0100 worse \|/);
  });

  it('says so where the champion could only be asked about other rows', () => {
    const other = { ...result.test.network, rowsDigest: 'other' };
    const champion = { ...result, test: { ...result.test, network: other } };
    const { champion: _none, ...test } = result.test;
    expect(evaluationMarkdown({ ...result, test }, champion)).toContain('On different test rows');
  });

  it('has charts whose numbers are numbers', () => {
    const text = evaluationCharts(result);
    expect(text.match(/^xychart-beta$/gm)).toHaveLength(3);
    for (const [, numbers] of text.matchAll(/(?:line|bar) \[(.*)\]/g))
      for (const number of numbers!.split(', ')) expect(number).toMatch(/^\d+\.\d{4}$/);
  });
});
