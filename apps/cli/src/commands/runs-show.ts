// flightdeck runs show ID

import type { MetricPoint, Run } from '@flightdeck/registry';
import type { Command } from 'commander';
import { type CliContext, withRegistry } from '../context.ts';
import { moment, score } from '../figures.ts';
import { metricOrDash, parametersOf, took } from '../run-figures.ts';
import { renderFacts, renderTable, type Table } from '../table.ts';
import { command, jsonOption } from './command.ts';

export function runsShowCommand(context: CliContext): Command {
  return command('show <id>', 'show a run: parameters, lineage, metrics, loss per epoch', [
    'runs show run-0f3a…',
  ])
    .addOption(jsonOption())
    .action((id: string, { json }: { json?: true }) =>
      withRegistry(context, async (registry) => {
        const run = await registry.runs.get(id);
        const series = await registry.runs.metricSeries(id);
        context.terminal.print(
          json ? JSON.stringify({ ...run, series }, null, 2) : describe(run, series, context.clock()),
        );
      }),
    );
}

function describe(run: Run, series: readonly MetricPoint[], now: number): string {
  const sections: [title: string, facts: [string, string][]][] = [
    [
      `Run ${run.id}`,
      [
        ['model', run.model],
        ['status', `${run.status}, attempt ${run.attempt}`],
        ['started', `${moment(run.startedAt)}, took ${took(run, now)}`],
        ...(run.error ? [['error', `${run.error.code}: ${run.error.message}`] as [string, string]] : []),
      ],
    ],
    ['Parameters', entries(parametersOf(run.parameters), inShort)],
    ['Lineage', entries(run.lineage, (value) => String(value ?? 'unknown'))],
    ['Metrics', entries(run.metrics, score)],
  ];
  const texts = sections
    .filter(([, facts]) => facts.length > 0)
    .map(([title, facts]) => `${title}\n${renderFacts(facts)}`);
  return [...texts, ...(series.length === 0 ? [] : [renderTable(seriesTable(series))])].join('\n\n');
}

function entries<Value>(
  record: Readonly<Record<string, Value>>,
  toText: (value: Value) => string,
): [string, string][] {
  return Object.entries(record).map(([name, value]) => [name, toText(value)]);
}

function inShort(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= 100 ? text : `${text.slice(0, 99)}… (whole with --json)`;
}

/** A column a series, a row an epoch. */
function seriesTable(series: readonly MetricPoint[]): Table {
  const names = [...new Set(series.map(({ name }) => name))];
  const steps = [...new Set(series.map(({ step }) => step))].sort((a, b) => a - b);
  const at = (name: string, step: number) =>
    series.find((point) => point.name === name && point.step === step)?.value;
  return {
    columns: ['epoch', ...names],
    numeric: [...Array(names.length + 1).keys()],
    rows: steps.map((step) => [String(step), ...names.map((name) => metricOrDash(at(name, step)))]),
  };
}
