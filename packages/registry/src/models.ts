// Models: what the registry knows of each by name, for lists and for the overview of the console.

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

/** All models by name; counted by the database, because a model may have thousands of versions. */
export async function listModels(db: Database): Promise<readonly ModelSummary[]> {
  const all = await db.selectFrom('versions').select('model').distinct().orderBy('model').execute();
  const living = await db
    .selectFrom('versions')
    .select([
      'model',
      (query) => query.fn.countAll().as('n'),
      (query) => query.fn.max('version').as('latest'),
    ])
    .where('deleted_at', 'is', null)
    .groupBy('model')
    .execute();
  const moves = await currentAliases(db);
  return all.map(({ model }) => {
    const own = living.find((one) => one.model === model);
    const aliases = moves.filter((move) => move.model === model).map(({ alias, to }) => [alias, to] as const);
    return {
      name: model,
      versions: Number(own?.n ?? 0),
      aliases: Object.fromEntries(aliases),
      latest: own ? Number(own.latest) : null,
    };
  });
}
