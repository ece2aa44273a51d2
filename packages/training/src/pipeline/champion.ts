// The champion, on the candidate's rows: only answers to the same questions can be compared.

import { messageOf } from '@flightdeck/core';
import { bundleFiles, type ModelVersion, type Registry } from '@flightdeck/registry';
import { z } from 'zod';
import type { FeatureColumns } from '../feature-columns.ts';
import { scoreFile } from './scoring.ts';

export interface Champion {
  readonly version: ModelVersion;
  /** Its probabilities on the test rows, or why there are none: it wants a feature that is not declared any more, or its bundle is damaged. */
  readonly scores: Float32Array | { readonly problem: string };
}

/** Scores the test rows, which begin at `testFrom`, with the model's champion, out of its own bundle. Null where there is none yet. */
export async function scoreChampion(
  registry: Registry,
  model: string,
  { test, testFrom }: { test: FeatureColumns; testFrom: number },
): Promise<Champion | null> {
  const champion = (await registry.aliases.list(model)).find(({ alias }) => alias === 'champion');
  if (!champion) return null;
  const version = await registry.versions.get(model, champion.to);
  const seen = await seenUntil(registry, version);
  if (seen !== null && seen > testFrom) return { version, scores: { problem: hasSeen(seen) } };
  try {
    const bundle = await registry.versions.open(version);
    return { version, scores: await scoreFile(await bundle.read(bundleFiles.model), test) };
  } catch (error) {
    return { version, scores: { problem: messageOf(error) } };
  }
}

const parametersSchema = z.object({ seenUntil: z.number() });

/** Until when the rows lay that a version's network was trained or chosen by, minutes since 1970 UTC; null where its run does not say. */
export async function seenUntil(registry: Registry, { runId }: ModelVersion): Promise<number | null> {
  const { parameters } = await registry.runs.get(runId);
  return parametersSchema.safeParse(parameters).data?.seenUntil ?? null;
}

function hasSeen(until: number): string {
  const date = new Date(until * 60_000).toISOString().slice(0, 10);
  return `it was trained on rows until ${date}, so it knows some of them. Test on rows after that.`;
}
