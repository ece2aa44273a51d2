// reports/demo: the summary for scripts and the page for people, each written whole or not at all.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot, writeFileAtomic } from '@flightdeck/core';
import { datasetVersion } from '@flightdeck/dataset';
import type { ModelDefinition } from '@flightdeck/training';
import type { TrainingResult } from '@flightdeck/training/result';
import { z } from 'zod';
import { type CliContext, withRegistry } from '../context.ts';
import { renderReport } from '../report/report.ts';
import type { DemoSummary } from './summary-schema.ts';

export interface ReportFiles {
  readonly summary: string;
  readonly report: string;
}

/** `reports/demo/summary.json` and `reports/demo/index.html`. STATE_NOT_WRITABLE, DISK_FULL. */
export async function writeReport(
  context: CliContext,
  summary: DemoSummary,
  result: TrainingResult,
  model: ModelDefinition,
): Promise<ReportFiles> {
  const folder = join(repositoryRoot, 'reports/demo');
  const files = { summary: join(folder, 'summary.json'), report: join(folder, 'index.html') };
  const page = renderReport({
    summary,
    result,
    positive: model.positive,
    findings: await findingsOf(context.env.home, model),
    lineage: await withRegistry(context, async (registry) => (await registry.runs.get(result.runId)).lineage),
    writtenAt: new Date(context.clock()).toISOString(),
  });
  await writeFileAtomic(files.report, page);
  await writeFileAtomic(files.summary, `${JSON.stringify(summary, null, 2)}\n`);
  return files;
}

const manifestSchema = z.object({
  findings: z.array(
    z.object({ expectation: z.string(), severity: z.string(), broken: z.number(), holds: z.boolean() }),
  ),
});

/** What ingestion found, from the manifest it left; none where the data lie on the trainer's machine only. */
async function findingsOf(home: string, { dataset }: ModelDefinition) {
  const folder = join(home, 'datasets', dataset.name, datasetVersion(dataset).slice(0, 16));
  const text = await readFile(join(folder, 'manifest.json'), 'utf8').catch(() => null);
  return text === null ? [] : manifestSchema.parse(JSON.parse(text)).findings;
}
