// flightdeck models export NAME[@REFERENCE] FOLDER

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type CliContext, exampleModel, withRegistry } from '../context.ts';
import { command, jsonOption, parseModelReference } from './command.ts';

export function modelsExportCommand(context: CliContext): Command {
  return command(
    'export <name[@reference]> <folder>',
    'write a version to a folder that MLflow and others can load',
    [`models export ${exampleModel} ./exported`],
  )
    .addOption(jsonOption())
    .action((text: string, folder: string, { json }: { json?: true }) =>
      withRegistry(context, async (registry) => {
        const { name, reference = 'champion' } = parseModelReference(text);
        const version = await registry.versions.resolve(name, reference);
        const target = resolve(folder);
        await registry.versions.export(version, target);
        const { files, digest } = version;
        context.terminal.print(
          json
            ? JSON.stringify(
                { model: name, version: version.version, digest, folder: target, files },
                null,
                2,
              )
            : `Exported ${name} v${version.version}, ${files.length} files, to ${target}.`,
        );
      }),
    );
}
