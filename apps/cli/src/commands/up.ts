// flightdeck up (npm start)

import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { command, portNumber } from './command.ts';

export function upCommand(context: CliContext): Command {
  return command('up', 'start broker, server, trainer and controller, and keep them up until Ctrl-C', [
    'up',
    'up --port 9000',
    'up --demo',
  ])
    .option(
      '--port <port>',
      'where to serve; 0 takes any free port, for the controller too',
      portNumber,
      context.env.servingPort,
    )
    .option('--demo', 'over the loop that the demo has played last, to look at it in the console')
    .action(async ({ port, demo = false }: { port: number; demo?: boolean }) => {
      const { keepKitUp } = await import('../kit/up.ts');
      const { demoContext } = await import('../demo/loop/demo-context.ts');
      await keepKitUp(demo ? demoContext(context) : context, port);
    });
}
