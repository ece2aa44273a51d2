// flightdeck demo (npm run demo)

import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { command, jsonOption, wholeNumber } from './command.ts';

export interface DemoOptions {
  readonly model?: string;
  readonly rows: number;
  readonly seed: number;
  readonly loop: boolean;
  readonly keep?: true;
  readonly json?: true;
}

export function demoCommand(context: CliContext): Command {
  return command(
    'demo',
    'train, judge, serve and ask; then replay spring, and see the loop close; with a report',
    ['demo', 'demo --rows 20000', 'demo --no-loop --seed 7 --json'],
  )
    .option('--model <name>', 'folder below models/; needed where there are several')
    .option(
      '--rows <n>',
      'how many rows to train on; below 100000 the loop is shorter too',
      wholeNumber(1_000),
      200_000,
    )
    .option('--seed <n>', 'start of every random draw', wholeNumber(0), 1)
    .option('--no-loop', 'stop after the questions: no replay')
    .option('--keep', 'keep the server up afterwards, until Ctrl-C')
    .addOption(jsonOption())
    .action(async (options: DemoOptions) => {
      const { demo } = await import('../demo/demo.ts');
      await demo(context, options);
    });
}
