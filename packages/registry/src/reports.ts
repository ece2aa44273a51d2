// Reports: what monitoring found in one window of one version's traffic. Their content is monitoring's own; here they are kept, listed
// and replaced when more labels have become known.

import type { Clock } from '@flightdeck/core';
import type { Selectable } from 'kysely';
import { inTransaction } from './database.ts';
import { type Json, jsonSchema } from './schema.ts';
import type { Database, Tables } from './tables.ts';

export interface ReportKey {
  readonly endpoint: string;
  readonly model: string;
  readonly version: number;
  /** Event time, ISO 8601 in UTC; the window ends before `until`. */
  readonly from: string;
  readonly until: string;
}

export interface StoredReport extends ReportKey {
  readonly verdict: string;
  readonly madeAt: string;
  readonly content: Json;
}

/** All but the content, which is large. */
export type ReportHead = Omit<StoredReport, 'content'>;

export type Reports = ReturnType<typeof reportStore>;

/** The reports of a registry. */
export function reportStore(db: Database, clock: Clock) {
  return {
    /** Keeps a report in the place of an earlier one about the same window. */
    put(report: Omit<StoredReport, 'madeAt'>): Promise<StoredReport> {
      return inTransaction(db, async (transaction) => {
        const row = {
          endpoint: report.endpoint,
          model: report.model,
          version: report.version,
          window_from: report.from,
          window_until: report.until,
          verdict: report.verdict,
          made_at: new Date(clock()).toISOString(),
          content: JSON.stringify(jsonSchema.parse(report.content)),
        };
        await transaction
          .insertInto('reports')
          .values(row)
          .onConflict((conflict) =>
            conflict
              .columns(['endpoint', 'model', 'version', 'window_from', 'window_until'])
              .doUpdateSet(row),
          )
          .execute();
        return asReport(row);
      });
    },

    /** Latest windows first, at most `limit` (default 50). */
    async list(
      only: { endpoint?: string; version?: number; limit?: number } = {},
    ): Promise<readonly StoredReport[]> {
      const { endpoint, version, limit = 50 } = only;
      let query = db
        .selectFrom('reports')
        .selectAll()
        .orderBy('window_until', 'desc')
        .orderBy('version', 'desc')
        .limit(limit);
      if (endpoint !== undefined) query = query.where('endpoint', '=', endpoint);
      if (version !== undefined) query = query.where('version', '=', version);
      return (await query.execute()).map(asReport);
    },

    /** As `list`, without what is in them. */
    async heads(
      only: { endpoint?: string; version?: number; limit?: number } = {},
    ): Promise<readonly ReportHead[]> {
      const { endpoint, version, limit = 50 } = only;
      let query = db
        .selectFrom('reports')
        .select(['endpoint', 'model', 'version', 'window_from', 'window_until', 'verdict', 'made_at'])
        .orderBy('window_until', 'desc')
        .orderBy('version', 'desc')
        .limit(limit);
      if (endpoint !== undefined) query = query.where('endpoint', '=', endpoint);
      if (version !== undefined) query = query.where('version', '=', version);
      return (await query.execute()).map(headOf);
    },

    /** Undefined where there is none. */
    async find({ endpoint, model, version, from, until }: ReportKey): Promise<StoredReport | undefined> {
      const row = await db
        .selectFrom('reports')
        .selectAll()
        .where('endpoint', '=', endpoint)
        .where('model', '=', model)
        .where('version', '=', version)
        .where('window_from', '=', from)
        .where('window_until', '=', until)
        .executeTakeFirst();
      return row && asReport(row);
    },
  };
}

function asReport(row: Selectable<Tables['reports']>): StoredReport {
  return { ...headOf(row), content: jsonSchema.parse(JSON.parse(row.content)) };
}

function headOf(row: Omit<Selectable<Tables['reports']>, 'content'>): ReportHead {
  const { endpoint, model, version, verdict } = row;
  const window = { from: row.window_from, until: row.window_until };
  return { endpoint, model, version, ...window, verdict, madeAt: row.made_at };
}
