// flightdeck models show NAME[@REFERENCE]

import type { ModelVersion, Registry, Run, Transition } from '@flightdeck/registry';
import type { Command } from 'commander';
import { type CliContext, exampleModel, withRegistry } from '../context.ts';
import { bytes, moment, score } from '../figures.ts';
import { renderFacts, renderTable } from '../table.ts';
import { command, jsonOption, parseModelReference } from './command.ts';

interface Shown {
  readonly version: ModelVersion;
  readonly run: Run;
  readonly aliases: readonly string[];
  /** Of all aliases of the model, oldest first. */
  readonly transitions: readonly Transition[];
  /** Newest first, without those that were deleted. */
  readonly versions: readonly ModelVersion[];
}

export function modelsShowCommand(context: CliContext): Command {
  return command(
    'show <name[@reference]>',
    'show a version: metrics, gate, lineage, files, who moved it when',
    [`models show ${exampleModel}`, `models show ${exampleModel}@2 --json`],
  )
    .addOption(jsonOption())
    .action((text: string, { json }: { json?: true }) =>
      withRegistry(context, async (registry) => {
        const { name, reference } = parseModelReference(text);
        const shown = await read(registry, name, reference);
        context.terminal.print(json ? JSON.stringify(shown, null, 2) : describe(shown));
      }),
    );
}

/** Without a reference: the champion, or the newest where there is none. */
async function read(registry: Registry, name: string, reference: string | undefined): Promise<Shown> {
  const moves = await registry.aliases.list(name);
  const implied = moves.some(({ alias }) => alias === 'champion') ? 'champion' : 'latest';
  const version = await registry.versions.resolve(name, reference ?? implied);
  const logs = await Promise.all(moves.map(({ alias }) => registry.aliases.transitions(name, alias)));
  return {
    version,
    run: await registry.runs.get(version.runId),
    aliases: moves.filter(({ to }) => to === version.version).map(({ alias }) => alias),
    transitions: logs.flat().sort((a, b) => a.id - b.id),
    versions: (await registry.versions.list(name)).filter(({ deletedAt }) => deletedAt === null),
  };
}

function describe({ version, run, aliases, transitions, versions }: Shown): string {
  const { model, gate, files } = version;
  const named = aliases.length === 0 ? '' : ` (${aliases.join(', ')})`;
  const metrics = Object.entries(version.metrics).map(([name, value]): [string, string] => [
    name,
    score(value),
  ]);
  const others = versions.map((other) => `v${other.version}`).join(', ');
  return [
    `${model} v${version.version}${named}`,
    renderFacts([
      ['digest', version.digest],
      ['registered', `${moment(version.createdAt)} by ${version.createdBy}`],
      ['run', run.id],
      ['versions', others],
    ]),
    ...(metrics.length === 0 ? [] : ['\nMetrics on the test rows', renderFacts(metrics)]),
    `\nGate: ${gate.verdict}`,
    ...gate.reasons.map((reason) => `  - ${reason}`),
    '\nLineage',
    renderFacts(Object.entries(run.lineage).map(([name, value]) => [name, String(value ?? 'unknown')])),
    `\nFiles, ${bytes(version.bytes)}`,
    renderFacts(
      files.map((file) => [file.path, `${bytes(file.bytes)}, sha256 ${file.sha256.slice(0, 12)}…`]),
    ),
    ...(transitions.length === 0 ? [] : ['\nAlias moves', transitionTable(transitions)]),
  ].join('\n');
}

function transitionTable(transitions: readonly Transition[]): string {
  return renderTable({
    columns: ['when', 'alias', 'from', 'to', 'who', 'why'],
    rows: transitions.map(({ at, alias, from, to, restores, actor, reason }) => [
      moment(at),
      alias,
      from === null ? '-' : `v${from}`,
      restores === null ? `v${to}` : `v${to} (rollback)`,
      actor,
      reason,
    ]),
  });
}
