// flightdeck simulate

import { type Command, InvalidArgumentError } from 'commander';
import type { CliContext } from '../context.ts';
import { command, jsonOption } from './command.ts';

export interface SimulateOptions {
  readonly model?: string;
  readonly url: string;
  readonly from: string;
  readonly to: string;
  readonly speed: number;
  readonly share: number;
  readonly scenario?: readonly TimedScenario[];
  readonly warm?: true;
  readonly json?: true;
}

/** Without moments it lasts as long as the replay. */
export interface TimedScenario {
  readonly name: string;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export function simulateCommand(context: CliContext): Command {
  return command('simulate', 'replay recorded rows as live traffic against a running server', [
    'simulate --from 2001-05-01 --to 2001-05-03 --warm',
    'simulate --from 2001-05-01 --to 2001-05-02 --speed 3600 --scenario null-burst@2001-05-01T06:00Z/2001-05-01T12:00Z',
  ])
    .option('--model <name>', 'folder below models/; needed where there are several')
    .option('--url <url>', 'where the server is', context.env.servingUrl)
    .requiredOption('--from <moment>', 'first row: a day (UTC), or a moment with its zone')
    .requiredOption('--to <moment>', 'until here, exclusive')
    .option('--speed <n>', 'event time over real time; 0 as fast as serving answers', number(0), 0)
    .option('--share <n>', 'share of the rows that are predicted; all events are sent', number(0, 1), 1)
    .option('--scenario <name[@from/to]>', 'something that goes wrong; may be repeated', withScenario)
    .option('--warm', 'first post what happened before, as far back as features reach')
    .addOption(jsonOption())
    .action(async (options: SimulateOptions) => {
      const { runSimulation } = await import('../simulate.ts');
      await runSimulation(context, options);
    });
}

function number(minimum: number, maximum = Number.MAX_VALUE): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`It must be a number from ${minimum}${maximum === 1 ? ' to 1' : ''}.`);
  };
}

function withScenario(text: string, before: readonly TimedScenario[] = []): readonly TimedScenario[] {
  const [, name = '', from, to] = /^([a-z-]+)(?:@([^/]+)\/([^/]+))?$/.exec(text) ?? [];
  if (name !== '') return [...before, { name, from, to }];
  throw new InvalidArgumentError('Write NAME, or NAME@FROM/TO. `npx flightdeck drill` lists the names.');
}
