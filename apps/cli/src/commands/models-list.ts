// flightdeck models list

import type { ModelSummary } from '@flightdeck/registry';
import type { Command } from 'commander';
import { type CliContext, withRegistry } from '../context.ts';
import { renderTable } from '../table.ts';
import { command, jsonOption } from './command.ts';

export function modelsListCommand(context: CliContext): Command {
  return command('list', 'list the models that have a version', ['models', 'models list --json'])
    .addOption(jsonOption())
    .action(async ({ json }: { json?: true }) => {
      const models = await withRegistry(context, (registry) => registry.models.list());
      context.terminal.print(json ? JSON.stringify(models, null, 2) : describe(models));
    });
}

function describe(models: readonly ModelSummary[]): string {
  if (models.length === 0) return 'The registry is empty. Train a model with `npx flightdeck train`.';
  return renderTable({
    columns: ['model', 'versions', 'latest', 'aliases'],
    numeric: [1, 2],
    rows: models.map(({ name, versions, latest, aliases }) => [
      name,
      String(versions),
      latest === null ? '-' : `v${latest}`,
      Object.entries(aliases)
        .map(([alias, version]) => `${alias} v${version}`)
        .join(', ') || '-',
    ]),
  });
}
