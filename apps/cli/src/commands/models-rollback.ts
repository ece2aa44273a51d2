// flightdeck models rollback NAME

import type { Command } from 'commander';
import { currentActor } from '../actor.ts';
import { type CliContext, exampleModel, withRegistry } from '../context.ts';
import { describeMove } from '../describe-move.ts';
import { command, jsonOption } from './command.ts';

interface Options {
  readonly alias: string;
  readonly reason: string;
  readonly json?: true;
}

export function modelsRollbackCommand(context: CliContext): Command {
  return command(
    'rollback <name>',
    'move an alias back to the version before; servers follow by themselves',
    [`models rollback ${exampleModel} --reason "too many false alarms"`],
  )
    .option('--alias <alias>', 'the alias to move', 'champion')
    .requiredOption('--reason <text>', 'why: it is kept in the log')
    .addOption(jsonOption())
    .action((model: string, { alias, reason, json }: Options) =>
      withRegistry(context, async (registry) => {
        const move = { model, alias, actor: currentActor(), reason };
        const transition = await registry.aliases.rollback(move);
        context.terminal.print(json ? JSON.stringify(transition, null, 2) : describeMove(transition));
      }),
    );
}
