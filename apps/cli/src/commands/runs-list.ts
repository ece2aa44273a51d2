// flightdeck runs list

import type { Registry, Run } from '@flightdeck/registry';
import type { Command } from 'commander';
import { type CliContext, withRegistry } from '../context.ts';
import { moment } from '../figures.ts';
import { metricOrDash, rowsOf, took } from '../run-figures.ts';
import { renderTable, type Table } from '../table.ts';
import { command, jsonOption, wholeNumber } from './command.ts';

interface Options {
  readonly model?: string;
  readonly limit: number;
  readonly json?: true;
}

export function runsListCommand(context: CliContext): Command {
  return command('list', 'list runs, newest first', ['runs', 'runs list --limit 5 --json'])
    .option('--model <name>', 'of this model only')
    .option('--limit <n>', 'how many at most', wholeNumber(1), 20)
    .addOption(jsonOption())
    .action((options: Options) => withRegistry(context, (registry) => list(context, registry, options)));
}

async function list(
  { terminal, clock }: CliContext,
  registry: Registry,
  { model, limit, json }: Options,
): Promise<void> {
  const runs = await registry.runs.list({ limit, ...(model === undefined ? {} : { model }) });
  const versions = await versionsByRun(registry);
  const rows = runs.map((run) => ({ ...run, versions: versions.get(run.id) ?? [] }));
  if (json) return terminal.print(JSON.stringify(rows, null, 2));
  if (rows.length === 0)
    return terminal.print('There are no runs yet. Start one with `npx flightdeck train`.');
  terminal.print(renderTable(tableOf(rows, clock())));
}

/** Which versions each run produced. Runs with equal results share one, which is listed with the first of them. */
async function versionsByRun(registry: Registry): Promise<ReadonlyMap<string, readonly number[]>> {
  const models = await registry.models.list();
  const versions = (await Promise.all(models.map(({ name }) => registry.versions.list(name)))).flat();
  const byRun = Map.groupBy(versions, ({ runId }) => runId);
  return new Map([...byRun].map(([run, group]) => [run, group.map(({ version }) => version)]));
}

function tableOf(runs: readonly (Run & { versions: readonly number[] })[], now: number): Table {
  return {
    columns: ['id', 'model', 'status', 'started', 'took', 'rows', 'ROC-AUC', 'log loss', 'version'],
    numeric: [4, 5, 6, 7],
    rows: runs.map((run) => [
      run.id,
      run.model,
      run.attempt > 1 ? `${run.status} (attempt ${run.attempt})` : run.status,
      moment(run.startedAt),
      took(run, now),
      rowsOf(run),
      metricOrDash(run.metrics.rocAuc),
      metricOrDash(run.metrics.logLoss),
      run.versions.map((version) => `v${version}`).join(' ') || '-',
    ]),
  };
}
