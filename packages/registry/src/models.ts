// Models: what the registry knows of each by name, for lists and for the overview of the console.

import type { Database } from './tables.ts';
import { currentAliases } from './transitions.ts';
import { listVersions, modelNames } from './versions.ts';

export interface ModelSummary {
  readonly name: string;
  /** How many versions can be read. */
  readonly versions: number;
  /** Version by alias. */
  readonly aliases: Readonly<Record<string, number>>;
  /** The newest version that can be read; null when all were deleted. */
  readonly latest: number | null;
}

/** All models by name. */
export async function listModels(db: Database): Promise<readonly ModelSummary[]> {
  const summaries: ModelSummary[] = [];
  for (const name of await modelNames(db)) {
    const living = (await listVersions(db, name)).filter((version) => version.deletedAt === null);
    const aliases = Object.fromEntries((await currentAliases(db, name)).map(({ alias, to }) => [alias, to]));
    summaries.push({ name, versions: living.length, aliases, latest: living[0]?.version ?? null });
  }
  return summaries;
}
