// node tools/workflows/describe-evaluation.ts CHAMPION CANDIDATE [--charts]: two answers of `flightdeck train --json`, as Markdown.
// Both may come from anybody's branch: they are parsed, and what is text in them is escaped.

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { trainingResultSchema } from '@flightdeck/training/result';
import { evaluationCharts, evaluationMarkdown } from './src/evaluation.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { charts: { type: 'boolean', default: false } },
});
const [champion, candidate] = positionals.map((path) =>
  trainingResultSchema.parse(JSON.parse(readFileSync(path, 'utf8'))),
);
if (!champion || !candidate) throw new Error('Name two files: the champion and the candidate.');
console.log(evaluationMarkdown(candidate, champion));
if (values.charts) console.log(`\n${evaluationCharts(candidate)}`);
