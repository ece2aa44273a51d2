// Results as text for a terminal.

import { styleText } from 'node:util';
import { isBreach, type RequirementName, type Result } from './requirement.ts';

/** Coloured where standard output is a terminal that wants it. */
export function reportText(results: readonly Result[]): string {
  const groups = Map.groupBy(results, ({ model }) => (model === undefined ? 'server' : `model ${model}`));
  const sections = [...groups].map(([title, members]) =>
    [styleText('bold', title), ...members.map((result) => lineOf(result))].join('\n'),
  );
  return [...sections, summaryOf(results)].join('\n\n');
}

function lineOf(result: Result): string {
  const name = `${result.id.padEnd(34)} ${result.sentence}`;
  if (result.status === 'pass') return `  ${styleText('green', 'pass')}  ${name}`;
  if (result.status === 'skipped')
    return `  ${styleText('dim', `skip  ${result.id.padEnd(34)} ${result.reason}`)}`;
  const level = result.level === 'recommended' ? ' (recommended)' : '';
  const mark = isBreach(result) ? styleText('red', 'FAIL') : styleText('yellow', 'warn');
  return [
    `  ${mark}  ${name}${level}`,
    `        expected  ${indented(result.expected)}`,
    `        came      ${indented(result.came)}`,
    `        ${styleText('dim', result.section)}`,
  ].join('\n');
}

function indented(text: string): string {
  return text.replaceAll('\n', `\n${' '.repeat(18)}`);
}

function summaryOf(results: readonly Result[]): string {
  const failed = results.filter(({ status }) => status === 'fail');
  const breaches = failed.filter(isBreach);
  const count = (status: Result['status']) => results.filter((result) => result.status === status).length;
  const text =
    `${count('pass')} passed, ${breaches.length} failed, ` +
    `${failed.length - breaches.length} recommendations not followed, ${count('skipped')} skipped`;
  return styleText(breaches.length > 0 ? 'red' : 'green', text);
}

/** The requirements as a Markdown table. */
export function requirementTable(requirements: readonly RequirementName[]): string {
  const rows = requirements.map(({ id, level, extension, sentence, section }) => {
    const shown = extension ? `${level}: ${extension}` : level;
    return `| [\`${id}\`](${section}) | ${shown} | ${sentence} |`;
  });
  return ['| id | level | what it asks |', '| --- | --- | --- |', ...rows].join('\n');
}
