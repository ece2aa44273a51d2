// flightdeck models [list|show|promote|rollback|gc|export|import]

import type { Command } from 'commander';
import { type CliContext, exampleModel } from '../context.ts';
import { command } from './command.ts';
import { modelsExportCommand } from './models-export.ts';
import { modelsGcCommand } from './models-gc.ts';
import { modelsImportCommand } from './models-import.ts';
import { modelsListCommand } from './models-list.ts';
import { modelsPromoteCommand } from './models-promote.ts';
import { modelsRollbackCommand } from './models-rollback.ts';
import { modelsShowCommand } from './models-show.ts';

export function modelsCommand(context: CliContext): Command {
  return command('models', 'the registered models, their versions and aliases', [
    'models',
    `models show ${exampleModel}@champion`,
  ])
    .addCommand(modelsListCommand(context), { isDefault: true })
    .addCommand(modelsShowCommand(context))
    .addCommand(modelsPromoteCommand(context))
    .addCommand(modelsRollbackCommand(context))
    .addCommand(modelsGcCommand(context))
    .addCommand(modelsExportCommand(context))
    .addCommand(modelsImportCommand(context));
}
