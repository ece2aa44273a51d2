// flightdeck runs [list|show]

import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { command } from './command.ts';
import { runsListCommand } from './runs-list.ts';
import { runsShowCommand } from './runs-show.ts';

export function runsCommand(context: CliContext): Command {
  return command('runs', 'the training runs', ['runs', 'runs list --limit 5 --json', 'runs show run-0f3a…'])
    .addCommand(runsListCommand(context), { isDefault: true })
    .addCommand(runsShowCommand(context));
}
