// flightdeck features [warm]

import { type Command, InvalidArgumentError } from 'commander';
import type { CliContext } from '../context.ts';
import type { WarmOptions } from '../simulate.ts';
import { command, jsonOption } from './command.ts';

export function featuresCommand(context: CliContext): Command {
  return command('features', 'the features that serving looks up', [
    'features warm --until 2001-05-01',
  ]).addCommand(warmCommand(context));
}

function warmCommand(context: CliContext): Command {
  return command('warm', 'post recorded events to a running server, as far back as features reach', [
    'features warm --until 2001-05-01',
  ])
    .option('--model <name>', 'folder below models/; needed where there are several')
    .option('--url <url>', 'where the server is', context.env.servingUrl)
    .requiredOption('--until <moment>', 'events before this day (UTC), or moment with its zone', momentText)
    .addOption(jsonOption())
    .action(async (options: WarmOptions) => {
      const { warmFeatures } = await import('../simulate.ts');
      await warmFeatures(context, options);
    });
}

function momentText(text: string): string {
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new InvalidArgumentError(
    'Write a day or a moment with its zone, like 2001-05-01 or 2001-05-01T06:00Z.',
  );
}
