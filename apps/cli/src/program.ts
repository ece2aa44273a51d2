// The command line as a whole: which commands there are, and how what they throw becomes an exit code.

import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { dataCommand } from './commands/data.ts';
import { decisionsCommand } from './commands/decisions.ts';
import { demoCommand } from './commands/demo.ts';
import { drillCommand } from './commands/drill.ts';
import { featuresCommand } from './commands/features.ts';
import { modelsCommand } from './commands/models.ts';
import { predictCommand } from './commands/predict.ts';
import { registryCommand } from './commands/registry.ts';
import { reportsCommand } from './commands/reports.ts';
import { retrainCommand } from './commands/retrain.ts';
import { retrainingsCommand } from './commands/retrainings.ts';
import { rolloutsCommand } from './commands/rollouts.ts';
import { runsCommand } from './commands/runs.ts';
import { simulateCommand } from './commands/simulate.ts';
import { trainCommand } from './commands/train.ts';
import { upCommand } from './commands/up.ts';
import { type CliContext, exitCodes } from './context.ts';
import { reportFailure } from './failure.ts';

/** Runs one command line, such as ['models', 'list']. Returns the exit code; never throws. */
export async function runCommandLine(words: readonly string[], context: CliContext): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const program = buildProgram(context, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    const { terminal, env } = context;
    return reportFailure(error, terminal, { json: words.includes('--json'), debug: env.debug });
  }
}

function buildProgram(context: CliContext, exit: (code: number) => void): Command {
  const program = new Command('flightdeck')
    .description('A whole, working machine-learning system: from data to a served prediction, and back.')
    .version(manifest.version)
    .addHelpText('after', '\nExit codes: 0 ok, 1 failed, 2 wrong usage, 3 the gate did not pass (train).')
    .addCommand(upCommand(context))
    .addCommand(demoCommand(context))
    .addCommand(trainCommand(context, exit))
    .addCommand(runsCommand(context))
    .addCommand(modelsCommand(context))
    .addCommand(registryCommand(context))
    .addCommand(predictCommand(context))
    .addCommand(dataCommand(context))
    .addCommand(retrainCommand(context))
    .addCommand(retrainingsCommand(context))
    .addCommand(rolloutsCommand(context))
    .addCommand(reportsCommand(context))
    .addCommand(decisionsCommand(context))
    .addCommand(featuresCommand(context))
    .addCommand(simulateCommand(context))
    .addCommand(drillCommand(context, exit));
  for (const command of withSubcommands(program)) settle(command, context);
  return program;
}

function withSubcommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

/** Commander must not end the process or write past our terminal; its errors are reported with all others. */
function settle(command: Command, { terminal }: CliContext): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => terminal.print(text.trimEnd()),
    writeErr: (text) => terminal.note(text.trimEnd()),
    outputError: () => {},
  });
}
