// node tools/workflows/check-benchmarks.ts [--history FILE] NAME…: bench/results/NAME.json as the benchmarks have just written them, against
// the committed ones and against earlier nights. Prints Markdown, appends the night to the history (a JSON object a line), and ends with 1
// where a ratio is worse by more than what is tolerated or a benchmark's own target is missed.

import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { systemClock } from '@flightdeck/core';
import {
  brokenTargets,
  type Compared,
  compareRatios,
  type Night,
  ratiosOf,
  tolerated,
} from './src/benchmark-ratios.ts';
import { table } from './src/markdown.ts';

const { positionals: names, values } = parseArgs({
  allowPositionals: true,
  options: { history: { type: 'string' } },
});
if (names.length === 0) throw new Error('Name the results: serving overload …');
const pathOf = (name: string) => `bench/results/${name}.json`;
const git = (...words: string[]) => execFileSync('git', words, { encoding: 'utf8' });

const tonight = names.map((name) => JSON.parse(readFileSync(pathOf(name), 'utf8')));
const committed = names.map((name) => JSON.parse(git('show', `HEAD:${pathOf(name)}`)));
const history = readHistory(values.history);
const compared = compareRatios(committed.flatMap(ratiosOf), tonight.flatMap(ratiosOf), history);
const broken = tonight.flatMap(brokenTargets);

console.log(describe(compared, broken));
if (values.history) {
  const ratios = Object.fromEntries(compared.map(({ name, value }) => [name, value]));
  const night: Night = {
    at: new Date(systemClock()).toISOString(),
    commit: git('rev-parse', 'HEAD').trim(),
    ratios,
  };
  appendFileSync(values.history, `${JSON.stringify(night)}\n`);
}
process.exitCode = broken.length > 0 || compared.some(({ isRegression }) => isRegression) ? 1 : 0;

function readHistory(path: string | undefined): readonly Night[] {
  if (path === undefined || !existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Night);
}

function describe(ratios: readonly Compared[], missed: readonly string[]): string {
  const share = (value: number) => `${value > 0 ? `${Math.round(value * 100)} % worse` : 'no worse'}`;
  const rows = ratios.map(({ name, value, committed: reference, usual, worse, isRegression }) => [
    name,
    reference.toFixed(3),
    usual?.toFixed(3) ?? '-',
    value.toFixed(3),
    isRegression ? `**${share(worse)}**` : share(worse),
  ]);
  return [
    '### Benchmarks, by ratio',
    table(['ratio', 'committed', 'usual of late', 'tonight', 'against the better of both'], rows),
    `More than ${tolerated * 100} % worse is a regression.`,
    ...(missed.length === 0 ? [] : [`Missed targets: ${missed.join('; ')}.`]),
  ].join('\n\n');
}
