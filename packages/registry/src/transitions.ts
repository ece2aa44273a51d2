// The transition log of an alias: every move with who, why and on what evidence. Where an alias points, and where a rollback
// leads, are both read off this log.

import type { Selectable } from 'kysely';
import { type Json, jsonSchema } from './schema.ts';
import type { Database, Tables } from './tables.ts';

export interface Transition {
  /** Counts up over all aliases: a higher id is a later move. */
  readonly id: number;
  readonly model: string;
  readonly alias: string;
  /** Null for the first move. */
  readonly from: number | null;
  readonly to: number;
  /** For a rollback: the id of the earlier transition that it puts back in force. Null for any other move. */
  readonly restores: number | null;
  readonly at: string;
  readonly actor: string;
  readonly reason: string;
  readonly evidence: Json;
}

/** All moves of an alias, oldest first. */
export async function readTransitions(
  db: Database,
  model: string,
  alias: string,
): Promise<readonly Transition[]> {
  const rows = await db
    .selectFrom('alias_transitions')
    .selectAll()
    .where('model', '=', model)
    .where('alias', '=', alias)
    .orderBy('id')
    .execute();
  return rows.map(asTransition);
}

/** A part of the log: at most `limit` (default 50), earlier than the move `before`. */
export interface LogPage {
  readonly alias?: string;
  readonly limit?: number;
  readonly before?: number;
}

/** Moves of a model's aliases, newest first. */
export async function readLog(
  db: Database,
  model: string,
  { alias, limit = 50, before }: LogPage,
): Promise<readonly Transition[]> {
  let query = db
    .selectFrom('alias_transitions')
    .selectAll()
    .where('model', '=', model)
    .orderBy('id', 'desc')
    .limit(limit);
  if (alias !== undefined) query = query.where('alias', '=', alias);
  if (before !== undefined) query = query.where('id', '<', before);
  return (await query.execute()).map(asTransition);
}

/** The move that put each alias where it is now, by model and alias; of one model where it is named. */
export async function currentAliases(db: Database, model?: string): Promise<readonly Transition[]> {
  let latest = db
    .selectFrom('alias_transitions')
    .select((query) => query.fn.max('id').as('id'))
    .groupBy(['model', 'alias']);
  if (model !== undefined) latest = latest.where('model', '=', model);
  const rows = await db
    .selectFrom('alias_transitions')
    .selectAll()
    .where('id', 'in', latest)
    .orderBy('model')
    .orderBy('alias')
    .execute();
  return rows.map(asTransition);
}

/**
 * The moves that still stand, oldest first; the last one is in force. A move is put on top; a rollback takes off everything
 * above the move that it restores. So rolling back twice walks two steps back, where "the version before the latest
 * transition" would go to and fro between two versions: after 1, 2, 3, rollback, the moves to 1 and 2 stand.
 */
export function standing(transitions: readonly Transition[]): readonly Transition[] {
  const stack: Transition[] = [];
  for (const transition of transitions) {
    if (transition.restores === null) stack.push(transition);
    else while (stack.length > 0 && stack.at(-1)?.id !== transition.restores) stack.pop();
  }
  return stack;
}

/** The standing move that a rollback restores: the latest one below the top whose version is another one and is alive. */
export function rollbackTarget(
  transitions: readonly Transition[],
  isAlive: (version: number) => boolean,
): Transition | undefined {
  const stack = standing(transitions);
  const current = stack.at(-1);
  return stack.findLast((move) => move.to !== current?.to && isAlive(move.to));
}

export function asTransition(row: Selectable<Tables['alias_transitions']>): Transition {
  return {
    id: row.id,
    model: row.model,
    alias: row.alias,
    from: row.from_version,
    to: row.to_version,
    restores: row.restores,
    at: row.at,
    actor: row.actor,
    reason: row.reason,
    evidence: row.evidence === null ? null : jsonSchema.parse(JSON.parse(row.evidence)),
  };
}
