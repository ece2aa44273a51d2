// flightdeck models promote NAME REFERENCE

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

export function modelsPromoteCommand(context: CliContext): Command {
  return command('promote <name> <reference>', 'point an alias at a version; servers follow by themselves', [
    `models promote ${exampleModel} 3 --reason "better calibrated"`,
    `models promote ${exampleModel} latest --alias challenger --reason "to be compared"`,
  ])
    .option('--alias <alias>', 'the alias to move', 'champion')
    .requiredOption('--reason <text>', 'why: it is kept in the log')
    .addOption(jsonOption())
    .action((model: string, reference: string, { alias, reason, json }: Options) =>
      withRegistry(context, async (registry) => {
        const { version, gate } = await registry.versions.resolve(model, reference);
        const evidence = { gate: { verdict: gate.verdict, reasons: [...gate.reasons] } };
        const move = { model, alias, version, actor: currentActor(), reason, evidence };
        const transition = await registry.aliases.set(move);
        context.terminal.print(json ? JSON.stringify(transition, null, 2) : describeMove(transition));
      }),
    );
}
