// The champion, on the candidate's rows: only answers to the same questions can be compared.

import { messageOf } from '@flightdeck/core';
import { openModel } from '@flightdeck/onnx';
import { bundleFiles, type ModelVersion, type Registry } from '@flightdeck/registry';
import type { FeatureColumns } from '../feature-columns.ts';
import { scoreRows } from './scoring.ts';

export interface Champion {
  readonly version: ModelVersion;
  /** Its probabilities on the test rows, or why there are none: it wants a feature that is not declared any more, or its bundle is damaged. */
  readonly scores: Float32Array | { readonly problem: string };
}

/** Scores the test rows with the model's champion, out of its own bundle. Null where there is none yet. */
export async function scoreChampion(
  registry: Registry,
  model: string,
  test: FeatureColumns,
): Promise<Champion | null> {
  const champion = (await registry.aliases.list(model)).find(({ alias }) => alias === 'champion');
  if (!champion) return null;
  const version = await registry.versions.get(model, champion.to);
  try {
    const bundle = await registry.versions.open(version);
    const session = await openModel(await bundle.read(bundleFiles.model));
    const scores = await scoreRows(session, test);
    await session.release();
    return { version, scores };
  } catch (error) {
    return { version, scores: { problem: messageOf(error) } };
  }
}
