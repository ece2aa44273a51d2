// flightdeck decisions

import type { Decision } from '@flightdeck/registry';
import type { Command } from 'commander';
import { type CliContext, withRegistry } from '../context.ts';
import { moment } from '../figures.ts';
import { renderTable } from '../table.ts';
import { command, jsonOption, wholeNumber } from './command.ts';

interface Options {
  readonly model?: string;
  readonly kind?: string;
  readonly limit: number;
  readonly json?: true;
}

export function decisionsCommand(context: CliContext): Command {
  return command('decisions', 'what was decided, by whom and why, newest first', [
    'decisions',
    'decisions --kind roll-back --json',
  ])
    .option('--model <name>', 'about this model only')
    .option('--kind <kind>', 'of this kind only: retrain, skip, start-rollout, advance, roll-back, …')
    .option('--limit <n>', 'how many at most', wholeNumber(1), 20)
    .addOption(jsonOption())
    .action(async ({ json, ...only }: Options) => {
      const found = await withRegistry(context, (registry) => registry.decisions.list(only));
      context.terminal.print(json ? JSON.stringify(found, null, 2) : describe(found));
    });
}

function describe(found: readonly Decision[]): string {
  if (found.length === 0) return 'Nothing has been decided yet.';
  return renderTable({
    columns: ['when', 'model', 'kind', 'who', 'why'],
    rows: found.map(({ at, model, kind, actor, reason }) => [moment(at), model, kind, actor, reason]),
  });
}
