// Models: what the registry knows of each by name, for lists and for the overview of the console.

import { sql } from 'kysely';
import type { Database } from './tables.ts';
import { currentAliases } from './transitions.ts';

export interface ModelSummary {
  readonly name: string;
  /** How many versions can be read. */
  readonly versions: number;
  /** Version by alias. */
  readonly aliases: Readonly<Record<string, number>>;
  /** The newest version that can be read; null when all were deleted. */
  readonly latest: number | null;
}

/** All models by name, counted by the database: a model may have thousands of versions. */
export async function listModels(db: Database): Promise<readonly ModelSummary[]> {
  const rows = await db
    .selectFrom('versions')
    .select(['model', countLiving, newestLiving])
    .groupBy('model')
    .orderBy('model')
    .execute();
  const moves = await currentAliases(db);
  return rows.map(({ model, living, newest }) => ({
    name: model,
    versions: Number(living),
    aliases: Object.fromEntries(
      moves.filter((move) => move.model === model).map(({ alias, to }) => [alias, to]),
    ),
    latest: newest,
  }));
}

const isLiving = sql`case when ${sql.ref('deleted_at')} is null`;
const countLiving = sql<number | string>`sum(${isLiving} then 1 else 0 end)`.as('living');
const newestLiving = sql<number | null>`max(${isLiving} then ${sql.ref('version')} end)`.as('newest');
