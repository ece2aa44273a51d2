// flightdeck registry copy

import { resolve } from 'node:path';
import { FlightdeckError } from '@flightdeck/core';
import { copyRegistry, type RegistryCopy } from '@flightdeck/registry';
import type { RegistryLocation } from '@flightdeck/registry/location';
import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { count } from '../figures.ts';
import { kitIsUp } from '../kit/kit-lock.ts';
import { take } from '../progress.ts';
import { command, jsonOption } from './command.ts';

interface Options {
  readonly toHome?: string;
  readonly toDatabase?: string;
  readonly toArtifacts?: string;
  readonly json?: true;
}

export function registryCopyCommand(context: CliContext): Command {
  return command('copy', 'copy the registry with its artifacts to another place, and check the copy', [
    'registry copy --to-database postgres://me@db/flightdeck --to-artifacts s3://my-models/flightdeck',
    'registry copy --to-home ~/flightdeck',
  ])
    .option(
      '--to-home <folder>',
      'a state directory: SQLite and files below it, where the other options name nothing else',
    )
    .option(
      '--to-database <url>',
      'a PostgreSQL, postgres://user@host:port/database; PGPASSWORD may hold the password',
    )
    .option('--to-artifacts <url>', 's3://bucket/prefix, or a folder as /path')
    .addOption(jsonOption())
    .action((options: Options) => copy(context, options));
}

async function copy(context: CliContext, options: Options): Promise<void> {
  const { env, terminal, clock } = context;
  const to = targetOf(env.registry, options);
  if (kitIsUp(env.home)) throw kitUp(env.home);
  const report = await take(terminal, {
    title: 'Copying the registry',
    run: (tell) =>
      copyRegistry(env.registry, to, {
        clock,
        onProgress: (step, done, all) => {
          if (terminal.interactive || done === all) tell(`${done} of ${all} files ${step}`);
        },
      }),
    done: ({ from }) => `Copied the registry in ${from.database}, its artifacts in ${from.artifacts}`,
  });
  terminal.print(options.json ? JSON.stringify(report, null, 2) : describe(report));
}

/** What is not named stays where it is. */
function targetOf(present: RegistryLocation, { toHome, toDatabase, toArtifacts }: Options): RegistryLocation {
  if (toHome === undefined && toDatabase === undefined && toArtifacts === undefined)
    throw new FlightdeckError('USAGE', 'Where to? Give --to-database, --to-artifacts or --to-home.');
  const rest =
    toHome === undefined
      ? present
      : { ...present, home: resolve(toHome), databaseUrl: undefined, artifactsUrl: undefined };
  return {
    ...rest,
    ...(toDatabase !== undefined && { databaseUrl: toDatabase }),
    ...(toArtifacts !== undefined && { artifactsUrl: toArtifacts }),
  };
}

function describe({ to, tables, blobs }: RegistryCopy): string {
  const rows = tables.map(({ table, rows }) => `${count(rows)} ${table.replaceAll('_', ' ')}`).join(', ');
  return [
    `${to.database} now holds the same: ${rows}.`,
    `${to.artifacts} has all ${count(blobs.all)} files (${count(blobs.copied)} new), each read back and compared.`,
    'Point DATABASE_URL, ARTIFACTS_URL or FLIGHTDECK_HOME there, for every process. Nothing was taken away here.',
  ].join('\n');
}

function kitUp(home: string): FlightdeckError {
  return new FlightdeckError(
    'KIT_ALREADY_UP',
    `A kit is up for ${home}, and what it writes during a copy would be lost. Stop it (Ctrl-C where it runs), then copy.`,
  );
}
