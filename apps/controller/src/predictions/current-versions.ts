// The versions that matter when one looks at predictions: those with an alias, and the newest. There may be a thousand others.

import type { Registry } from '@flightdeck/registry';

export interface CurrentVersion {
  readonly version: number;
  readonly aliases: readonly string[];
}

const newest = 5;

/** Newest first; `besides` is among them in any case, unless it was deleted. */
export async function currentVersions(
  { versions, models }: Pick<Registry, 'versions' | 'models'>,
  model: string,
  besides: number | null = null,
): Promise<readonly CurrentVersion[]> {
  const summary = (await models.list()).find(({ name }) => name === model);
  const aliases = Object.entries(summary?.aliases ?? {});
  const named = ({ version }: { version: number }) => ({
    version,
    aliases: aliases.filter(([, target]) => target === version).map(([alias]) => alias),
  });
  return (await versions.list(model))
    .filter(({ deletedAt }) => deletedAt === null)
    .map(named)
    .filter(({ version, aliases }, place) => place < newest || aliases.length > 0 || version === besides);
}
