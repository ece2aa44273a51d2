// The holdout sample: test rows as requests, with the answer that training expects and the truth. Who starts a server
// can ask it for these, and see whether what is served is what was trained.

import { join } from 'node:path';
import { writeFileAtomic } from '@flightdeck/core';
import type { FeatureColumns } from '../feature-columns.ts';
import type { HoldoutRow } from '../training-result.ts';
import { rowAt } from './scoring.ts';

const sampleSize = 1000;

/** Writes the sample below the run's folder and returns its path. */
export async function writeHoldout(
  home: string,
  runId: string,
  inputs: readonly string[],
  test: FeatureColumns,
  scores: Float32Array,
): Promise<string> {
  const count = Math.min(sampleSize, test.rows);
  const rows = Array.from({ length: count }, (_, index): HoldoutRow => {
    const row = Math.floor((index * test.rows) / count);
    return {
      time: new Date(test.times[row]! * 60_000).toISOString(),
      input: rowAt(inputs, test, row),
      probability: scores[row]!,
      label: test.labels[row] === 1,
    };
  });
  const path = join(home, 'runs', runId, 'holdout.json');
  await writeFileAtomic(path, JSON.stringify(rows));
  return path;
}
