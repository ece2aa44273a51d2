// flightdeck registry [copy]

import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { command } from './command.ts';
import { registryCopyCommand } from './registry-copy.ts';

export function registryCommand(context: CliContext): Command {
  return command('registry', 'where runs, versions and aliases are kept', [
    'registry copy --to-database postgres://me@db/flightdeck --to-artifacts s3://my-models/flightdeck',
  ]).addCommand(registryCopyCommand(context));
}
