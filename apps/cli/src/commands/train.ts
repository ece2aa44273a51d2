// flightdeck train

import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { command, jsonOption, rowsOrAll, wholeNumber } from './command.ts';

export interface TrainOptions {
  readonly model?: string;
  /** Null for all. */
  readonly rows: number | null;
  readonly seed: number;
  readonly promote: boolean;
  readonly again?: true;
  readonly first?: true;
  readonly json?: true;
}

/** `exit` gets 3 where the gate did not say pass. */
export function trainCommand(context: CliContext, exit: (code: number) => void): Command {
  return command('train', 'train a model, judge it, register it, and make it the champion if it passes', [
    'train',
    'train --rows 200000 --seed 7 --no-promote',
  ])
    .option('--model <name>', 'folder below models/; needed where there are several')
    .option('--rows <n|all>', 'how many rows to train on', rowsOrAll, null)
    .option('--seed <n>', 'start of every random draw', wholeNumber(0), 1)
    .option('--no-promote', 'register the version, but leave the champion where it is')
    .option('--again', 'train anew, though a run with equal inputs is there')
    .option('--first', 'only where the model has no champion yet')
    .addOption(jsonOption())
    .addHelpText('after', '\nExit code 3: the run is done, and its gate said fail or inconclusive.')
    .action(async (options: TrainOptions) => {
      const { train } = await import('../train.ts');
      exit(await train(context, options));
    });
}
