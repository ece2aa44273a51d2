// Procedures: rollouts and experiments, which go on in steps for hours or days. Each is a JSON document of its owner's, written by
// compare-and-set, so that a controller that was replaced while it slept cannot undo what its successor did.

import { type Clock, FlightdeckError } from '@flightdeck/core';
import type { Selectable } from 'kysely';
import { inTransaction } from './database.ts';
import { type Json, jsonSchema } from './schema.ts';
import type { Database, Tables } from './tables.ts';

export interface Procedure {
  readonly id: string;
  readonly endpoint: string;
  /** `running`, of which an endpoint has one at most, or how it ended. */
  readonly status: string;
  /** Counts the writes. */
  readonly revision: number;
  readonly content: Json;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export type Procedures = ReturnType<typeof procedureStore>;

/** The rollouts, or the experiments, of a registry. */
export function procedureStore(db: Database, clock: Clock, table: 'rollouts' | 'experiments') {
  const noun = table.slice(0, -1);
  const now = () => new Date(clock()).toISOString();

  async function find(transaction: Database, id: string): Promise<Procedure | undefined> {
    const row = await transaction.selectFrom(table).selectAll().where('id', '=', id).executeTakeFirst();
    return row && asProcedure(row);
  }

  async function runningAt(transaction: Database, endpoint: string): Promise<Procedure | undefined> {
    const row = await transaction
      .selectFrom(table)
      .selectAll()
      .where('endpoint', '=', endpoint)
      .where('status', '=', 'running')
      .executeTakeFirst();
    return row && asProcedure(row);
  }

  return {
    /**
     * Starts one; where the id is known already, it is returned as it is, so that a retry is safe. PROCEDURE_RUNNING where the endpoint
     * has another one under way.
     */
    start(id: string, endpoint: string, content: Json): Promise<Procedure> {
      return inTransaction(db, async (transaction) => {
        const known = await find(transaction, id);
        if (known) return known;
        const other = await runningAt(transaction, endpoint);
        if (other) throw alreadyRunning(noun, endpoint, other.id);
        const at = now();
        const row = {
          id,
          endpoint,
          status: 'running',
          revision: 1,
          content: JSON.stringify(jsonSchema.parse(content)),
          created_at: at,
          updated_at: at,
        };
        await transaction.insertInto(table).values(row).execute();
        return asProcedure(row);
      });
    },

    /** Writes the next state of one that was read before. PROCEDURE_MOVED where somebody has written since. */
    save(read: Procedure, next: { readonly status: string; readonly content: Json }): Promise<Procedure> {
      return inTransaction(db, async (transaction) => {
        const current = await find(transaction, read.id);
        if (current?.revision !== read.revision) throw moved(noun, read, current);
        const written = {
          status: next.status,
          revision: read.revision + 1,
          content: JSON.stringify(jsonSchema.parse(next.content)),
          updated_at: now(),
        };
        await transaction.updateTable(table).set(written).where('id', '=', read.id).execute();
        return (await find(transaction, read.id))!;
      });
    },

    running: (endpoint: string): Promise<Procedure | undefined> => runningAt(db, endpoint),

    /** PROCEDURE_NOT_FOUND where there is none. */
    async get(id: string): Promise<Procedure> {
      const found = await find(db, id);
      if (found) return found;
      throw new FlightdeckError('PROCEDURE_NOT_FOUND', `No ${noun} has the id ${id}.`);
    },

    /** Newest first, at most `limit` (default 50). */
    async list(only: { endpoint?: string; limit?: number } = {}): Promise<readonly Procedure[]> {
      const { endpoint, limit = 50 } = only;
      let query = db.selectFrom(table).selectAll().orderBy('created_at', 'desc').orderBy('id').limit(limit);
      if (endpoint !== undefined) query = query.where('endpoint', '=', endpoint);
      return (await query.execute()).map(asProcedure);
    },
  };
}

function asProcedure(row: Selectable<Tables['rollouts']>): Procedure {
  const { id, endpoint, status, revision } = row;
  const content = jsonSchema.parse(JSON.parse(row.content));
  return { id, endpoint, status, revision, content, createdAt: row.created_at, updatedAt: row.updated_at };
}

function alreadyRunning(noun: string, endpoint: string, id: string): FlightdeckError {
  return new FlightdeckError(
    'PROCEDURE_RUNNING',
    `Endpoint ${endpoint} has the ${noun} ${id} under way. Wait for its end, or abort it.`,
  );
}

function moved(noun: string, read: Procedure, current: Procedure | undefined): FlightdeckError {
  return new FlightdeckError(
    'PROCEDURE_MOVED',
    `The ${noun} ${read.id} was read at revision ${read.revision} and is at ${current?.revision ?? 'none'} now. Read it and decide again.`,
    { retryable: true },
  );
}
