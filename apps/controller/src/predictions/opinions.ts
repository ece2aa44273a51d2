// What versions say of the features of one prediction, now: the one that answered, those with an alias, and the newest.

import type { OpinionsAnswer, VersionOpinion } from '@flightdeck/admin-api';
import { FlightdeckError } from '@flightdeck/core';
import type { LoggedPrediction } from '@flightdeck/monitoring';
import type { Registry } from '@flightdeck/registry';
import { currentVersions } from './current-versions.ts';
import { type FeatureValues, withVersion } from './scoring-version.ts';

export async function opinionsOf(
  registry: Registry,
  model: string,
  prediction: LoggedPrediction,
): Promise<OpinionsAnswer> {
  const opinions: VersionOpinion[] = [];
  for (const { version, aliases } of await currentVersions(registry, model, prediction.version))
    opinions.push({ version, aliases, ...(await opinionOf(registry, { model, version }, prediction)) });
  return { opinions };
}

async function opinionOf(
  registry: Registry,
  which: { readonly model: string; readonly version: number },
  prediction: LoggedPrediction,
): Promise<Pick<VersionOpinion, 'score' | 'threshold' | 'problem'>> {
  try {
    return await withVersion(registry, which, async ({ inputs, threshold, score }) => {
      const [own] = await score([rowFor(inputs, prediction)]);
      return { score: own!, threshold, problem: null };
    });
  } catch (error) {
    if (!(error instanceof FlightdeckError)) throw error;
    return { score: null, threshold: null, problem: error.message };
  }
}

/** PREDICTION_LACKS_FEATURES where the log has not all that the version needs. */
export function rowFor(
  inputs: readonly { readonly name: string }[],
  { features, failure, version }: LoggedPrediction,
): FeatureValues {
  const known = new Map(features.map(({ name, value }) => [name, value]));
  const lacking = inputs.filter(({ name }) => !known.has(name)).map(({ name }) => name);
  if (failure !== null || lacking.length > 0)
    throw new FlightdeckError(
      'PREDICTION_LACKS_FEATURES',
      failure !== null
        ? `The request failed with ${failure}, and there may be no features in the log to score.`
        : `It was made with the features of version ${version}, and this one needs ${lacking.join(', ')} besides.`,
    );
  return Object.fromEntries(inputs.map(({ name }) => [name, known.get(name)!]));
}
