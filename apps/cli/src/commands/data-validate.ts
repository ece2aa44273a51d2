// flightdeck data validate [NAME]

import { join } from 'node:path';
import { FlightdeckError } from '@flightdeck/core';
import type { DatasetDefinition, IngestedDataset } from '@flightdeck/dataset';
import { listModelNames, loadModel } from '@flightdeck/training/catalogue';
import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { count, percent } from '../figures.ts';
import { renderTable } from '../table.ts';
import { command, jsonOption } from './command.ts';

export function dataValidateCommand(context: CliContext): Command {
  return command(
    'validate [name]',
    'check a dataset row by row, as training does; without a name, all of them',
    ['data validate', 'data validate --json'],
  )
    .addOption(jsonOption())
    .action(async (name: string | undefined, { json }: { json?: true }) => {
      const checked: IngestedDataset[] = [];
      for (const dataset of chosen(await datasets(), name)) {
        context.terminal.note(`Checking ${dataset.name} …`);
        checked.push(await check(context, dataset));
      }
      context.terminal.print(json ? JSON.stringify(checked, null, 2) : checked.map(describe).join('\n\n'));
    });
}

/** Those that the models below models/ declare, each once. */
async function datasets(): Promise<readonly DatasetDefinition[]> {
  const models = await Promise.all(listModelNames().map(loadModel));
  return [...new Map(models.map(({ dataset }) => [dataset.name, dataset])).values()];
}

function chosen(all: readonly DatasetDefinition[], name: string | undefined): readonly DatasetDefinition[] {
  if (name === undefined) return all;
  const found = all.filter((dataset) => dataset.name === name);
  if (found.length > 0) return found;
  const names = all.map((dataset) => dataset.name).join(', ');
  throw new FlightdeckError('DATASET_UNKNOWN', `No model uses a dataset called ${name}. There is: ${names}.`);
}

/** Throws what ingestion throws when it refuses: SOURCE_CHANGED, SCHEMA_MISMATCH, EXPECTATION_FAILED, QUARANTINE_OVERFLOW, … */
async function check({ env, clock }: CliContext, dataset: DatasetDefinition): Promise<IngestedDataset> {
  const { ingest, openDatabase } = await import('@flightdeck/dataset');
  const database = await openDatabase();
  try {
    return await ingest(database, dataset, { folder: join(env.home, 'datasets', dataset.name), clock });
  } finally {
    await database.close();
  }
}

function describe({ name, version, rows, findings, files }: IngestedDataset): string {
  return [
    `${name}, version ${version.slice(0, 16)}: ${count(rows.read)} rows read, ${count(rows.accepted)} accepted, ` +
      `${count(rows.quarantined)} (${percent(rows.quarantined / rows.read, 2)}) quarantined`,
    '',
    renderTable({
      columns: ['expectation', 'holds', 'broken', 'then'],
      numeric: [2],
      rows: findings.map(({ expectation, holds, broken, severity }) => [
        expectation,
        holds ? 'yes' : 'no',
        count(broken),
        severity,
      ]),
    }),
    '',
    `Quarantined rows, with their reasons: ${files.quarantine}`,
  ].join('\n');
}
