// What a question to an endpoint can hold: from its champion's signature, reference profile and feature declarations.

import type { QuestionField, QuestionFormAnswer } from '@flightdeck/admin-api';
import { FlightdeckError } from '@flightdeck/core';
import { type FeatureView, isAggregate, ownColumns, rawColumns } from '@flightdeck/features/online';
import { readVersionReference, type VersionReference } from '@flightdeck/monitoring';
import { type Bundle, bundleFiles, type Registry, type ScoreSignature } from '@flightdeck/registry';
import { scoreSignatureOf } from '../predictions/scoring-version.ts';

type Profile = VersionReference['profile']['features'][string];

/** ENDPOINT_NOT_FOUND, VERSION_WITHOUT_SCORE. */
export async function questionForm(
  registry: Registry,
  name: string,
  timeOf: (model: string) => number | null,
): Promise<QuestionFormAnswer> {
  const endpoint = await registry.endpoints.get(name);
  const { model } = endpoint;
  const served = await registry.versions.resolve(model, endpoint.traffic[0]!.target);
  const { inputs, positive, threshold } = await scoreSignatureOf(registry, model, served.version);
  const bundle = await registry.versions.open(served);
  const view = await viewOf(bundle);
  const profiles = await profilesOf(bundle);
  const isInput = new Set(inputs.map((input) => input.name));
  return {
    ...{ endpoint: name, model, version: served.version, positive, threshold },
    fields: inputs.map((input) => fieldOf(input, profiles[input.name], view)),
    takesTime: view !== null,
    lookupColumns: lookupColumns(view).filter((column) => !isInput.has(column)),
    eventTime: timeOf(model),
  };
}

/** Null for a version that declares no features: nothing is looked up. */
async function viewOf(bundle: Bundle): Promise<FeatureView | null> {
  if (!bundle.files.some(({ path }) => path === bundleFiles.features)) return null;
  return JSON.parse(Buffer.from(await bundle.read(bundleFiles.features)).toString()) as FeatureView;
}

/** None for a version that has no profile: then nothing is known of what is usual. */
async function profilesOf(bundle: Bundle): Promise<Readonly<Record<string, Profile>>> {
  try {
    return (await readVersionReference(bundle)).profile.features;
  } catch (error) {
    if (error instanceof FlightdeckError && !error.retryable) return {};
    throw error;
  }
}

function fieldOf(
  input: ScoreSignature['inputs'][number],
  profile: Profile | undefined,
  view: FeatureView | null,
): QuestionField {
  const { name, type, description, minimum, maximum } = input;
  const declared = view?.features[name];
  const frequent = profile?.kind === 'category' ? byFrequency(profile.counts) : [];
  const seldom = (input.categories ?? []).filter((category) => !frequent.includes(category));
  return {
    ...{ name, type, description, default: input.default },
    ...{ minimum: minimum ?? null, maximum: maximum ?? null },
    categories: type === 'string' ? [...frequent, ...seldom] : null,
    typical: profile?.kind === 'number' ? medianOf(profile) : (frequent[0] ?? null),
    isLookedUp: declared !== undefined && isAggregate(declared),
  };
}

function byFrequency(counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([category]) => category);
}

/** The border of the bin in which the middle row is. */
function medianOf({ edges, counts }: Extract<Profile, { kind: 'number' }>): number | null {
  let left = counts.reduce((sum, count) => sum + count, 0) / 2;
  const bin = counts.findIndex((count) => {
    left -= count;
    return left < 0;
  });
  return edges[Math.max(0, bin - 1)] ?? null;
}

/** The raw columns that serving takes beside the features, since lookups go by them. */
function lookupColumns(view: FeatureView | null): string[] {
  if (view === null) return [];
  const aggregates = [...Object.values(view.features).filter(isAggregate), ...Object.values(view.priors)];
  return [...new Set(aggregates.flatMap(ownColumns).flatMap((name) => rawColumns(view, name)))];
}
