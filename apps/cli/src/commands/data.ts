// flightdeck data [validate]

import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { command } from './command.ts';
import { dataValidateCommand } from './data-validate.ts';

export function dataCommand(context: CliContext): Command {
  return command('data', 'the datasets that the models train on', ['data validate']).addCommand(
    dataValidateCommand(context),
  );
}
