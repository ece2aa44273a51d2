// Runs: one training attempt each, with its parameters, lineage and metric series. Training writes them, people compare them.

import { type Clock, FlightdeckError } from '@flightdeck/core';
import type { Selectable } from 'kysely';
import { inTransaction } from './database.ts';
import {
  type Failure,
  failureSchema,
  type Json,
  jsonSchema,
  type Lineage,
  lineageSchema,
  type Metrics,
  metricsSchema,
} from './schema.ts';
import type { Database, Tables } from './tables.ts';

export interface Run {
  readonly id: string;
  readonly model: string;
  readonly status: 'running' | 'finished' | 'failed';
  /** 1 for the first try; a retried job adds one. */
  readonly attempt: number;
  readonly parameters: Json;
  readonly lineage: Lineage;
  /** The summary, known when the run is finished. */
  readonly metrics: Metrics;
  readonly error: Failure | null;
  readonly startedAt: string;
  readonly finishedAt: string | null;
}

/** One point of a series, such as the validation loss after an epoch. */
export interface MetricPoint {
  readonly name: string;
  readonly step: number;
  readonly value: number;
}

export interface RunStart {
  /** Derived from the run's inputs, so that a retried job finds its run again. */
  readonly id: string;
  readonly model: string;
  readonly parameters: Json;
  readonly lineage: Partial<Lineage>;
}

/** A part of the list of runs. */
export interface RunPage {
  readonly model?: string;
  readonly status?: Run['status'];
  readonly limit?: number;
  /** The id of the last run of the page before. */
  readonly before?: string;
}

export type Runs = ReturnType<typeof runStore>;

/** The runs of a registry. Every function that takes an id throws RUN_NOT_FOUND for one that was never started. */
export function runStore(db: Database, clock: Clock) {
  const now = () => new Date(clock()).toISOString();

  return {
    /** Starts a run; where `id` has been started before, starts it over: metrics cleared, one attempt more. */
    start: (run: RunStart): Promise<Run> =>
      inTransaction(db, async (transaction) => {
        const before = await findRow(transaction, run.id);
        const row = {
          id: run.id,
          model: run.model,
          parameters: JSON.stringify(run.parameters),
          lineage: JSON.stringify(lineageSchema.parse(run.lineage)),
          status: 'running',
          attempt: (before?.attempt ?? 0) + 1,
          metrics: '{}',
          error: null,
          started_at: now(),
          finished_at: null,
        };
        await transaction.deleteFrom('run_metrics').where('run_id', '=', run.id).execute();
        await transaction
          .insertInto('runs')
          .values(row)
          .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
          .execute();
        return asRun(row);
      }),

    /** Fills in what was not known at the start; what is not named stays. */
    updateLineage: (id: string, known: Partial<Lineage>): Promise<Run> =>
      inTransaction(db, async (transaction) => {
        const { lineage } = await getRun(transaction, id);
        return update(transaction, id, {
          lineage: JSON.stringify(lineageSchema.parse({ ...lineage, ...known })),
        });
      }),

    /** Appends to the series; a step that was logged before takes the new value. METRIC_INVALID for NaN and infinity. */
    logMetrics: (id: string, points: readonly MetricPoint[]): Promise<void> =>
      inTransaction(db, async (transaction) => {
        await getRun(transaction, id);
        for (const point of points) await logPoint(transaction, id, point);
      }),

    finish: (id: string, metrics: Metrics): Promise<Run> =>
      inTransaction(db, (transaction) => {
        for (const [name, value] of Object.entries(metrics)) checkFinite(id, name, value);
        const finished = { status: 'finished', metrics: JSON.stringify(metrics), error: null };
        return update(transaction, id, { ...finished, finished_at: now() });
      }),

    fail: (id: string, error: Failure): Promise<Run> =>
      inTransaction(db, (transaction) =>
        update(transaction, id, { status: 'failed', error: JSON.stringify(error), finished_at: now() }),
      ),

    get: (id: string): Promise<Run> => getRun(db, id),

    /** Newest first, at most `limit` (default 50), those after the run `before` in this order. RUN_NOT_FOUND where that is none. */
    async list(only: RunPage = {}): Promise<readonly Run[]> {
      const { model, status, limit = 50, before } = only;
      let query = db.selectFrom('runs').selectAll().orderBy('started_at', 'desc').orderBy('id').limit(limit);
      if (model !== undefined) query = query.where('model', '=', model);
      if (status !== undefined) query = query.where('status', '=', status);
      if (before !== undefined) {
        const { startedAt } = await getRun(db, before);
        query = query.where((is) =>
          is.or([
            is('started_at', '<', startedAt),
            is.and([is('started_at', '=', startedAt), is('id', '>', before)]),
          ]),
        );
      }
      return (await query.execute()).map(asRun);
    },

    /** The series of a run by name and step; all of them, or the one called `name`. */
    async metricSeries(id: string, name?: string): Promise<readonly MetricPoint[]> {
      await getRun(db, id);
      let query = db.selectFrom('run_metrics').select(['name', 'step', 'value']).where('run_id', '=', id);
      if (name !== undefined) query = query.where('name', '=', name);
      return query.orderBy('name').orderBy('step').execute();
    },
  };
}

/** The run called `id`. RUN_NOT_FOUND where there is none. */
export async function getRun(db: Database, id: string): Promise<Run> {
  const row = await findRow(db, id);
  if (row) return asRun(row);
  throw new FlightdeckError('RUN_NOT_FOUND', `No run has the id ${id}. See \`npx flightdeck runs\`.`);
}

function findRow(db: Database, id: string) {
  return db.selectFrom('runs').selectAll().where('id', '=', id).executeTakeFirst();
}

async function update(db: Database, id: string, changes: Partial<Selectable<Tables['runs']>>): Promise<Run> {
  await db.updateTable('runs').set(changes).where('id', '=', id).execute();
  return getRun(db, id);
}

async function logPoint(db: Database, id: string, { name, step, value }: MetricPoint): Promise<void> {
  checkFinite(id, `${name} at step ${step}`, value);
  await db
    .insertInto('run_metrics')
    .values({ run_id: id, name, step, value })
    .onConflict((conflict) => conflict.columns(['run_id', 'name', 'step']).doUpdateSet({ value }))
    .execute();
}

function checkFinite(id: string, what: string, value: number): void {
  if (Number.isFinite(value)) return;
  throw new FlightdeckError(
    'METRIC_INVALID',
    `Metric ${what} of run ${id} is ${value}. The run has diverged: lower its learning rate, or look for bad rows.`,
  );
}

function asRun(row: Selectable<Tables['runs']>): Run {
  return {
    id: row.id,
    model: row.model,
    status: row.status as Run['status'],
    attempt: row.attempt,
    parameters: jsonSchema.parse(JSON.parse(row.parameters)),
    lineage: lineageSchema.parse(JSON.parse(row.lineage)),
    metrics: metricsSchema.parse(JSON.parse(row.metrics)),
    error: row.error === null ? null : failureSchema.parse(JSON.parse(row.error)),
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}
