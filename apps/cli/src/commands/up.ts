// flightdeck up (npm start)

import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { command, portNumber } from './command.ts';

export function upCommand(context: CliContext): Command {
  return command('up', 'start broker, server, trainer and controller, and keep them up until Ctrl-C', [
    'up',
    'up --port 9000',
  ])
    .option(
      '--port <port>',
      'where to serve; 0 takes any free port, for the controller too',
      portNumber,
      context.env.servingPort,
    )
    .action(async ({ port }: { port: number }) => {
      const { keepKitUp } = await import('../kit/up.ts');
      await keepKitUp(context, port);
    });
}
