// Who answers for an endpoint: the versions that share its traffic, and those that are asked beside them. It is put together as a
// whole and then takes the place of the one before in one assignment, so that no request meets half of a change.

import type { Endpoint, ModelVersion, Registry } from '@flightdeck/registry';
import { sampleShadows, splitTraffic } from '@flightdeck/rollout';
import type { LoadedModel } from './model-loader.ts';
import type { ModelStore } from './model-store.ts';

/** A version that answers. */
export interface Variant {
  /** As the endpoint names it: an alias or a number. */
  readonly target: string;
  readonly model: LoadedModel;
  /** Of the endpoint's traffic, 0 to 1. */
  readonly share: number;
}

/** A version that is asked too, about a share of the predictions, and whose answers nobody sees. */
export interface Shadow extends Variant {
  /** Whether it is asked about the prediction with this id. */
  readonly isAsked: (predictionId: string) => boolean;
}

export interface Lineup {
  /** Equal keys, equal line-ups. */
  readonly key: string;
  /** At least one; the first is the champion. */
  readonly variants: readonly Variant[];
  /** The same variant for the same unit, whenever and wherever it is asked. */
  readonly choose: (unit: string) => Variant;
  readonly shadows: readonly Shadow[];
}

/** What an endpoint's row asks for, its targets resolved to versions. */
export interface Wanted {
  readonly key: string;
  readonly endpoint: Endpoint;
  /** By target. */
  readonly versions: ReadonlyMap<string, ModelVersion>;
}

/** Throws what resolving throws (ALIAS_NOT_SET, VERSION_DELETED, …). */
export async function resolveTargets(registry: Registry, endpoint: Endpoint): Promise<Wanted> {
  const { model, traffic, shadows, salt } = endpoint;
  const versions = new Map<string, ModelVersion>();
  for (const { target } of [...traffic, ...shadows])
    versions.set(target, versions.get(target) ?? (await registry.versions.resolve(model, target)));
  return { key: keyOf(endpoint, versions, traffic, shadows, salt), endpoint, versions };
}

export interface Assembled {
  readonly lineup: Lineup;
  /** What could not be loaded and is left out; its share falls to the champion. */
  readonly left: readonly { readonly version: ModelVersion; readonly error: unknown }[];
}

/**
 * Pins every version in the store. One that cannot be loaded is left out: a broken canary must not keep an endpoint from going
 * back to a sound champion. Throws ChampionFailed where that is the champion itself, with nothing pinned.
 */
export async function assemble({ endpoint, versions }: Wanted, store: ModelStore): Promise<Assembled> {
  const { traffic, shadows, salt } = endpoint;
  const models = new Map<string, LoadedModel>();
  const left: { version: ModelVersion; error: unknown }[] = [];
  for (const [target, version] of versions) {
    try {
      models.set(target, await store.pin(version));
    } catch (error) {
      left.push({ version, error });
    }
  }
  if (!models.has(traffic[0]!.target)) {
    for (const model of models.values()) store.unpin(model);
    throw new ChampionFailed(left[0]!.version, left[0]!.error);
  }
  const present = traffic.filter(({ target }) => models.has(target));
  const beside = shadows.filter(({ target }) => models.has(target));
  const whole = present.reduce((sum, { weight }) => sum + weight, 0);
  const variants = present.map(({ target, weight }) => ({
    target,
    model: models.get(target)!,
    share: weight / whole,
  }));
  return {
    lineup: {
      key: keyOf(endpoint, versions, present, beside, salt),
      variants,
      choose: chooser(salt, present, variants),
      shadows: beside.map(({ target, rate }) => ({
        target,
        model: models.get(target)!,
        share: rate,
        isAsked: sampleShadows(salt, rate),
      })),
    },
    left,
  };
}

/** Which version kept an endpoint from its line-up, and why. */
export class ChampionFailed extends Error {
  readonly version: ModelVersion;
  constructor(version: ModelVersion, cause: unknown) {
    super('The champion cannot be loaded.', { cause });
    this.version = version;
  }
}

export function release({ variants, shadows }: Lineup, store: ModelStore): void {
  const models = new Map([...variants, ...shadows].map(({ target, model }) => [target, model]));
  for (const model of models.values()) store.unpin(model);
}

export function modelsOf({ variants, shadows }: Lineup): readonly LoadedModel[] {
  return [...new Set([...variants, ...shadows].map(({ model }) => model))];
}

function chooser(
  salt: string,
  traffic: Endpoint['traffic'],
  variants: readonly Variant[],
): (unit: string) => Variant {
  const [only, ...others] = variants;
  if (others.length === 0) return () => only!;
  const byTarget = new Map(variants.map((variant) => [variant.target, variant]));
  const targetOf = splitTraffic(salt, traffic);
  return (unit) => byTarget.get(targetOf(unit))!;
}

function keyOf(
  { model }: Endpoint,
  versions: ReadonlyMap<string, ModelVersion>,
  traffic: Endpoint['traffic'],
  shadows: Endpoint['shadows'],
  salt: string,
): string {
  const named = (target: string) => [target, versions.get(target)!.version, versions.get(target)!.digest];
  return JSON.stringify([
    model,
    salt,
    traffic.map(({ target, weight }) => [...named(target), weight]),
    shadows.map(({ target, rate }) => [...named(target), rate]),
  ]);
}
