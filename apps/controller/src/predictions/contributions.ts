// Why a version gives a prediction its score: what each feature adds to it.

import type { ContributionsAnswer } from '@flightdeck/admin-api';
import { hashOf, seededRandom } from '@flightdeck/core';
import { type LoggedPrediction, readVersionReference } from '@flightdeck/monitoring';
import type { Registry } from '@flightdeck/registry';
import { rowFor } from './opinions.ts';
import { referenceRows } from './reference-rows.ts';
import { withVersion } from './scoring-version.ts';
import { shapleyValues } from './shapley.ts';

/** Orders of the features; with 26 features these are 13,824 rows. */
const pairs = 256;

/** What each feature adds to the log-odds, in the eyes of a version. The same question has the same answer: draws follow from the id. */
export async function contributionsOf(
  registry: Registry,
  model: string,
  version: number,
  prediction: LoggedPrediction,
): Promise<ContributionsAnswer> {
  const began = performance.now();
  const bundle = await registry.versions.open(await registry.versions.get(model, version));
  const { profile } = await readVersionReference(bundle);
  return withVersion(registry, { model, version }, async ({ inputs, score }) => {
    const row = rowFor(inputs, prediction);
    const features = inputs.map(({ name }) => name);
    const [own] = await score([row]);
    const found = await shapleyValues({
      ...{ features, row, pairs, draw: referenceRows(features, profile.features) },
      value: async (rows) => Array.from(await score(rows), logOdds),
      random: seededRandom(Number.parseInt(hashOf([prediction.id, version]).slice(0, 8), 16)),
    });
    const contributions = found.contributions.map(({ mean, standardError }, place) => ({
      feature: features[place]!,
      value: row[features[place]!]!,
      contribution: mean,
      standardError,
    }));
    return {
      ...{ version, score: own!, base: found.base, logOdds: logOdds(own!), pairs, rows: found.rows },
      milliseconds: performance.now() - began,
      contributions: contributions.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution)),
    };
  });
}

/** Of a 32-bit probability, which may be 0 or 1 for short. */
function logOdds(score: number): number {
  const inside = Math.min(Math.max(score, 1e-7), 1 - 1e-7);
  return Math.log(inside / (1 - inside));
}
