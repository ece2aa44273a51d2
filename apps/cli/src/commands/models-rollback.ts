// flightdeck models rollback NAME

import type { Command } from 'commander';
import { currentActor } from '../actor.ts';
import { type CliContext, exampleModel, withRegistry } from '../context.ts';
import { describeMove } from '../describe-move.ts';
import { type TakenBack, takeBack } from '../take-back.ts';
import { command, jsonOption } from './command.ts';

interface Options {
  readonly alias: string;
  readonly reason: string;
  readonly json?: true;
}

export function modelsRollbackCommand(context: CliContext): Command {
  return command(
    'rollback <name>',
    'move an alias back to the version before; for champion, end what shares its traffic as well',
    [`models rollback ${exampleModel} --reason "too many false alarms"`],
  )
    .option('--alias <alias>', 'the alias to move', 'champion')
    .requiredOption('--reason <text>', 'why: it is kept in the log')
    .addOption(jsonOption())
    .action((model: string, { alias, reason, json }: Options) =>
      withRegistry(context, async (registry) => {
        const asked = { model, actor: currentActor(), reason };
        const taken =
          alias === 'champion'
            ? await takeBack(registry, { ...asked, home: context.env.home })
            : { ...nothingElse, transition: await registry.aliases.rollback({ ...asked, alias }) };
        const { transition, ...more } = taken;
        context.terminal.print(json ? JSON.stringify({ ...transition, ...more }, null, 2) : describe(taken));
      }),
    );
}

const nothingElse = { endpoints: [], rollouts: [] };

function describe({ transition, endpoints, rollouts }: TakenBack): string {
  return [
    describeMove(transition),
    ...rollouts.map((id) => `${id} is aborted.`),
    ...endpoints.map((name) => `Endpoint ${name} sends all of its traffic to the champion again.`),
  ].join('\n');
}
