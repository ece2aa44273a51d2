// Decisions: what was done, or left, because of reports, and why. Append-only, so that "who retrained this, and what for" has an answer.

import { type Clock, FlightdeckError } from '@flightdeck/core';
import type { Selectable } from 'kysely';
import { inTransaction } from './database.ts';
import { type Json, jsonSchema } from './schema.ts';
import type { Database, Tables } from './tables.ts';

export interface Decision {
  /** Counts up: a higher id is a later decision. */
  readonly id: number;
  readonly model: string;
  /** A verb: retrain, recalibrate, skip, start-rollout, advance, hold, halt, resume, roll-back, promote. */
  readonly kind: string;
  readonly at: string;
  /** A person, or the process that decided. */
  readonly actor: string;
  readonly reason: string;
  readonly evidence: Json;
}

export type Decisions = ReturnType<typeof decisionStore>;

/** The decisions of a registry. */
export function decisionStore(db: Database, clock: Clock) {
  return {
    /** DECISION_INVALID where it lacks a kind, an actor or a reason. */
    append(decision: Omit<Decision, 'id' | 'at'>): Promise<Decision> {
      const { model, kind, actor, reason, evidence } = decision;
      if ([model, kind, actor, reason].some((text) => text.trim() === '')) throw decisionInvalid(decision);
      return inTransaction(db, async (transaction) => {
        const { last } = await transaction
          .selectFrom('decisions')
          .select((query) => query.fn.max('id').as('last'))
          .executeTakeFirstOrThrow();
        const row = {
          id: Number(last ?? 0) + 1,
          model,
          kind,
          at: new Date(clock()).toISOString(),
          actor,
          reason,
          evidence: evidence === null ? null : JSON.stringify(jsonSchema.parse(evidence)),
        };
        await transaction.insertInto('decisions').values(row).execute();
        return asDecision(row);
      });
    },

    /** Newest first, at most `limit` (default 50); of one model and of one kind where they are named. */
    async list(only: { model?: string; kind?: string; limit?: number } = {}): Promise<readonly Decision[]> {
      const { model, kind, limit = 50 } = only;
      let query = db.selectFrom('decisions').selectAll().orderBy('id', 'desc').limit(limit);
      if (model !== undefined) query = query.where('model', '=', model);
      if (kind !== undefined) query = query.where('kind', '=', kind);
      return (await query.execute()).map(asDecision);
    },
  };
}

function asDecision({ evidence, ...row }: Selectable<Tables['decisions']>): Decision {
  return { ...row, evidence: evidence === null ? null : jsonSchema.parse(JSON.parse(evidence)) };
}

function decisionInvalid({ kind, model }: Omit<Decision, 'id' | 'at'>): FlightdeckError {
  return new FlightdeckError(
    'DECISION_INVALID',
    `The decision "${kind}" about "${model}" needs a kind, a model, an actor and a reason, for whoever reads the log later.`,
  );
}
