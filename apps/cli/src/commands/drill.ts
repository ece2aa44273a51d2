// flightdeck drill [SCENARIO]

import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { command, jsonOption, wholeNumber } from './command.ts';

export interface DrillOptions {
  readonly model?: string;
  readonly here?: true;
  readonly url: string;
  readonly from?: string;
  readonly rows: number;
  readonly warm: boolean;
  /** Seconds. */
  readonly patience: number;
  readonly json?: true;
}

/** `exit` gets 1 where the drill failed. */
export function drillCommand(context: CliContext, exit: (code: number) => void): Command {
  return command('drill [scenario]', 'break something on purpose, and see whether the alarm comes', [
    'drill',
    'drill null-burst',
    'drill bad-model --no-warm --json',
  ])
    .option('--model <name>', 'folder below models/; needed where there are several')
    .option('--here', 'against the kit that is up, with its own policy; by default a kit of its own')
    .option('--url <url>', 'where the server is, with --here', context.env.servingUrl)
    .option('--from <day>', 'first day that is replayed; by default the first that the model never saw')
    .option('--rows <n>', 'training rows, where there is no champion to take', wholeNumber(1_000), 20_000)
    .option('--no-warm', 'do not post the weeks of events before: features begin empty')
    .option('--patience <seconds>', 'how long to wait for each thing that should come', wholeNumber(1), 60)
    .addOption(jsonOption())
    .addHelpText('after', '\nExit code 1: the alarm did not come, came before the fault, or did not go.')
    .action(async (scenario: string | undefined, options: DrillOptions) => {
      const { drill, listDrills } = await import('../drill/drill.ts');
      if (scenario === undefined) return listDrills(context, options);
      exit(await drill(context, scenario, options));
    });
}
