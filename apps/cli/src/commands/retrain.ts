// flightdeck retrain

import type { Command } from 'commander';
import { z } from 'zod';
import { type CliContext, modelOrOnly } from '../context.ts';
import { controllerClient, withReason } from '../controller-client.ts';
import { command, jsonOption } from './command.ts';

interface Options {
  readonly model?: string;
  readonly reason: string;
  readonly recalibrate?: true;
  readonly controller: string;
  readonly json?: true;
}

const answer = z.object({ decision: z.looseObject({ kind: z.string(), reason: z.string() }) });

export function retrainCommand(context: CliContext): Command {
  const made = command('retrain', 'have a model trained anew on what was served, as a challenger', [
    'retrain --reason "new routes since May"',
    'retrain --recalibrate --reason "too sure of itself"',
  ])
    .option('--model <name>', 'folder below models/; needed where there are several')
    .option('--recalibrate', 'keep the network, and fit its calibration only');
  return withReason(made, context.env)
    .addOption(jsonOption())
    .action(async ({ model, reason, recalibrate, controller, json }: Options) => {
      const body = { model: modelOrOnly(model), action: recalibrate ? 'recalibrate' : 'retrain', reason };
      const client = controllerClient(controller, context.env);
      const { decision } = answer.parse(await client.post('/v1/retrainings', body));
      context.terminal.print(
        json
          ? JSON.stringify(decision, null, 2)
          : `The controller has decided: ${decision.kind}. ${decision.reason} Follow it with \`npx flightdeck retrainings\`.`,
      );
    });
}
