// flightdeck models gc

import type { Garbage } from '@flightdeck/registry';
import type { Command } from 'commander';
import { type CliContext, withRegistry } from '../context.ts';
import { bytes, count } from '../figures.ts';
import { command, jsonOption, wholeNumber } from './command.ts';

interface Options {
  readonly keep: number;
  readonly model?: string;
  readonly dryRun?: true;
  readonly json?: true;
}

/** A registration stores its files first and its row last, within seconds; an hour is far beyond that. */
const graceMs = 3_600_000;

export function modelsGcCommand(context: CliContext): Command {
  return command('gc', 'delete old versions that no alias, endpoint or rollback needs', [
    'models gc --keep 5 --dry-run',
    'models gc --keep 5',
  ])
    .option(
      '--keep <n>',
      'how many of the newest versions of each model stay in any case',
      wholeNumber(0),
      10,
    )
    .option('--model <name>', 'of this model only')
    .option('--dry-run', 'say what would go, and delete nothing')
    .addOption(jsonOption())
    .action((options: Options) => collect(context, options));
}

async function collect(context: CliContext, { keep, model, dryRun, json }: Options): Promise<void> {
  const garbage = await withRegistry(context, (registry) =>
    registry.collectGarbage({
      keepLast: keep,
      graceMs,
      dryRun: dryRun === true,
      ...(model === undefined ? {} : { model }),
    }),
  );
  context.terminal.print(json ? JSON.stringify(garbage, null, 2) : describe(garbage, dryRun === true));
}

function describe({ versions, blobs, bytes: size }: Garbage, dryRun: boolean): string {
  if (versions.length === 0 && blobs.length === 0) return 'There is nothing to delete.';
  const names = versions.map(({ model, version }) => `${model} v${version}`).join(', ') || 'no version';
  const verb = dryRun ? 'Would delete' : 'Deleted';
  return `${verb} ${names}, and ${count(blobs.length)} files that nothing names any more (${bytes(size)}).`;
}
