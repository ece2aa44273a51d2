// Runs as the console shows them: with who asked for them, what came of them, and the trials of a search.

import type { RunAnswer, RunHead, RunsAnswer, SeriesAnswer, Trial } from '@flightdeck/admin-api';
import type { Registry, Run } from '@flightdeck/registry';
import { z } from 'zod';

export interface RunsQuery {
  readonly model?: string | undefined;
  readonly status?: Run['status'] | undefined;
  readonly limit: number;
  readonly before?: string | undefined;
}

/** RUN_NOT_FOUND where `before` is none. */
export async function listRuns(
  { runs, versions }: Registry,
  { model, status, limit, before }: RunsQuery,
): Promise<RunsAnswer> {
  const only = {
    ...(model !== undefined && { model }),
    ...(status !== undefined && { status }),
    ...(before !== undefined && { before }),
  };
  const found = await runs.list({ ...only, limit: limit + 1 });
  const page = found.slice(0, limit);
  const made = await versions.ofRuns(page.map(({ id }) => id));
  return {
    runs: page.map((run) =>
      headOf(
        run,
        made.filter(({ runId }) => runId === run.id),
      ),
    ),
    next: found.length > limit ? page.at(-1)!.id : null,
  };
}

/** RUN_NOT_FOUND. */
export async function describeRun({ runs, versions }: Registry, id: string): Promise<RunAnswer> {
  const run = await runs.get(id);
  const { actor: _actor, reason: _reason, trials, declared, ...parameters } = parametersOf(run);
  return {
    ...headOf(run, await versions.ofRuns([id])),
    ...{ lineage: run.lineage, parameters, trials: trialsOf(trials) },
    declared: trialParametersSchema.safeParse(declared).data ?? {},
  };
}

/** RUN_NOT_FOUND. */
export async function seriesOf({ runs }: Registry, id: string): Promise<SeriesAnswer> {
  const { status } = await runs.get(id);
  return { status, points: await runs.metricSeries(id) };
}

function headOf(run: Run, made: readonly { readonly version: number }[]): RunHead {
  const { id, model, status, attempt, metrics, error, startedAt, finishedAt } = run;
  const { actor, reason } = parametersOf(run);
  return {
    ...{ id, model, status, attempt, metrics, error, startedAt, finishedAt },
    actor: textOf(actor),
    reason: textOf(reason),
    versions: made.map(({ version }) => version),
  };
}

/** What training records of a run is its own; what is not an object has no names to show. */
function parametersOf({ parameters }: Run): Readonly<Record<string, unknown>> {
  const isRecord = typeof parameters === 'object' && parameters !== null && !Array.isArray(parameters);
  return isRecord ? parameters : {};
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

const trialParametersSchema = z.record(z.string(), z.json().transform(shown));

const trialSchema = z.object({
  parameters: trialParametersSchema,
  metrics: z.record(z.string(), z.number()).nullable().default(null),
  problem: z.string().nullable().default(null),
});

function trialsOf(value: unknown): readonly Trial[] {
  return z.array(trialSchema).safeParse(value).data ?? [];
}

/** Widths of layers as "64-32"; whatever else has parts, as JSON. */
function shown(value: unknown): number | string {
  if (typeof value === 'number' || typeof value === 'string') return value;
  const isFlat = Array.isArray(value) && value.every((one) => typeof one === 'number');
  return isFlat ? value.join('-') : JSON.stringify(value);
}
