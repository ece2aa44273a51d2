// Aliases: movable names for versions. Promotion and rollback are moves of an alias; serving follows them. Every move is a
// compare-and-set, so that of two who promote at once one wins and the other learns of it.

import { type Clock, FlightdeckError } from '@flightdeck/core';
import { inTransaction } from './database.ts';
import { ensureEndpoint } from './endpoints.ts';
import { checkAliasName } from './names.ts';
import { aliasNotSet } from './resolution.ts';
import { type Json, jsonSchema } from './schema.ts';
import type { Database } from './tables.ts';
import {
  asTransition,
  currentAliases,
  readTransitions,
  rollbackTarget,
  type Transition,
} from './transitions.ts';
import { listVersions, livingVersion } from './versions.ts';

export interface AliasMove {
  readonly model: string;
  readonly alias: string;
  /**
   * Where the caller believes the alias to be, null for nowhere: decide on what you read, then pass it here. Where it is left
   * out, where the alias is at the time of the call.
   */
  readonly expected?: number | null;
  /** A person, or the process that decided. */
  readonly actor: string;
  readonly reason: string;
  /** What the decision was based on: a gate's outcome, a report. */
  readonly evidence?: Json;
}

export type Aliases = ReturnType<typeof aliasStore>;

/** The aliases of a registry. */
export function aliasStore(db: Database, clock: Clock) {
  return {
    /**
     * Points the alias at `version`. Where it points there already nothing is written and the move that did it is returned,
     * so that a retried job is safe. The first champion of a model gets an endpoint of the model's name. ALIAS_MOVED names
     * who was faster; VERSION_NOT_FOUND, VERSION_DELETED, MODEL_NOT_FOUND, ALIAS_NAME_INVALID, REASON_MISSING.
     */
    async set(move: AliasMove & { readonly version: number }): Promise<Transition> {
      checkAliasName(move.alias);
      checkReason(move);
      const expected = await expectedNow(db, move);
      return inTransaction(db, async (transaction) => {
        const target = await livingVersion(transaction, move.model, move.version);
        const current = (await readTransitions(transaction, move.model, move.alias)).at(-1);
        if (current?.to === target.version) return current;
        checkUnmoved(move, expected, current);
        return append(
          transaction,
          move,
          { from: current?.to ?? null, to: target.version, restores: null },
          clock,
        );
      });
    },

    /**
     * Moves the alias back to the version before, as `standing` reads it off the log; deleted versions are passed over.
     * ALIAS_NOT_SET, ALIAS_MOVED, or NOTHING_TO_ROLL_BACK where the log holds no earlier version that can be read.
     */
    async rollback(move: AliasMove): Promise<Transition> {
      checkReason(move);
      const expected = await expectedNow(db, move);
      return inTransaction(db, async (transaction) => {
        const living = await livingNumbers(transaction, move.model);
        const log = await readTransitions(transaction, move.model, move.alias);
        const current = log.at(-1);
        if (!current) {
          // A model that does not exist is the better explanation.
          await listVersions(transaction, move.model);
          throw aliasNotSet(move.model, move.alias);
        }
        checkUnmoved(move, expected, current);
        const target = rollbackTarget(log, (version) => living.has(version));
        if (!target) throw nothingToRollBack(current);
        return append(transaction, move, { from: current.to, to: target.to, restores: target.id }, clock);
      });
    },

    /** The version that a rollback would lead to now; null where there is none to go back to. */
    async rollbackTarget(model: string, alias: string): Promise<number | null> {
      const log = await readTransitions(db, model, alias);
      if (log.length === 0) return null;
      const living = await livingNumbers(db, model);
      return rollbackTarget(log, (version) => living.has(version))?.to ?? null;
    },

    /** Where each alias of a model points now: the move that put it there. */
    list: (model: string): Promise<readonly Transition[]> => currentAliases(db, model),

    /** The whole history of an alias, oldest first. */
    transitions: (model: string, alias: string): Promise<readonly Transition[]> =>
      readTransitions(db, model, alias),
  };
}

/** By their numbers alone: a model may have thousands. */
async function livingNumbers(db: Database, model: string): Promise<ReadonlySet<number>> {
  const rows = await db
    .selectFrom('versions')
    .select('version')
    .where('model', '=', model)
    .where('deleted_at', 'is', null)
    .execute();
  return new Set(rows.map(({ version }) => version));
}

async function expectedNow(db: Database, { model, alias, expected }: AliasMove): Promise<number | null> {
  if (expected !== undefined) return expected;
  return (await readTransitions(db, model, alias)).at(-1)?.to ?? null;
}

async function append(
  db: Database,
  { model, alias, actor, reason, evidence }: AliasMove,
  { from, to, restores }: Pick<Transition, 'from' | 'to' | 'restores'>,
  clock: Clock,
): Promise<Transition> {
  const at = new Date(clock()).toISOString();
  const { last } = await db
    .selectFrom('alias_transitions')
    .select((query) => query.fn.max('id').as('last'))
    .executeTakeFirstOrThrow();
  const row = {
    id: Number(last ?? 0) + 1,
    model,
    alias,
    from_version: from,
    to_version: to,
    restores,
    at,
    actor,
    reason,
    evidence: evidence === undefined ? null : JSON.stringify(jsonSchema.parse(evidence)),
  };
  await db.insertInto('alias_transitions').values(row).execute();
  if (alias === 'champion' && from === null) await ensureEndpoint(db, model, at);
  return asTransition(row);
}

/** Whoever asks later "who moved this model, and why" must find an answer. */
function checkReason({ model, alias, actor, reason }: AliasMove): void {
  if (actor.trim() !== '' && reason.trim() !== '') return;
  throw new FlightdeckError(
    'REASON_MISSING',
    `Moving ${alias} of ${model} needs an actor and a reason, for whoever reads the log later. Name both.`,
  );
}

function checkUnmoved(move: AliasMove, expected: number | null, current: Transition | undefined): void {
  if (expected === (current?.to ?? null)) return;
  const { model, alias } = move;
  const found = current
    ? `${current.actor} moved it to version ${current.to} at ${current.at} ("${current.reason}")`
    : 'it has never been set';
  throw new FlightdeckError(
    'ALIAS_MOVED',
    `${alias} of ${model} was expected to be at ${expected === null ? 'no version' : `version ${expected}`}, but ${found}. ` +
      `Look at \`npx flightdeck models show ${model}\` and decide again.`,
  );
}

function nothingToRollBack({ model, alias, to }: Transition): FlightdeckError {
  return new FlightdeckError(
    'NOTHING_TO_ROLL_BACK',
    `${alias} of ${model} is at version ${to} and has no earlier version to go back to. ` +
      `Promote another one: \`npx flightdeck models promote\`.`,
  );
}
