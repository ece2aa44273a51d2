// Takes the sketch of a window: one pass over a column for each feature, inside DuckDB, and the counts into sums by block.

import type { Columns, Database } from '@flightdeck/dataset';
import type { BlockSums } from '@flightdeck/stats';
import {
  categoryQuery,
  failuresQuery,
  maturedQuery,
  numberQuery,
  type SketchColumn,
  type SketchScope,
  serviceQuery,
  unseenQuery,
} from './sketch-queries.ts';
import type { NumberProfile, VersionReference } from './version-reference.ts';
import {
  binCount,
  type FeatureProfile,
  type FeatureSketch,
  featureSlots,
  maturedLayout,
  serviceLayout,
  type WindowSketch,
} from './window-sketch.ts';

/** Reads the views `predictions` and `matured` of `database`. */
export async function sketchWindow(
  database: Database,
  scope: SketchScope,
  { profile, bounds }: VersionReference,
): Promise<WindowSketch> {
  const features: [string, FeatureSketch][] = [];
  const logged = new Set((await database.rows('describe predictions')).map((row) => row.column_name));
  const named = (name: string) => (logged.has(name) ? name : null);
  for (const [name, feature] of Object.entries(profile.features)) {
    const column = { value: named(`f:${name}`), status: named(`s:${name}`) };
    features.push([name, await sketchFeature(database, scope, column, feature, bounds[name] ?? {})]);
  }
  const score = { value: 'score', status: null };
  return {
    ...scope,
    service: await sketchService(database, scope),
    failures: await countFailures(database, scope),
    features: Object.fromEntries(features),
    score: await sketchNumber(database, scope, score, profile.score, { minimum: 0, maximum: 1 }),
    matured: await sketchMatured(database, scope),
  };
}

type Bounds = VersionReference['bounds'][string];

function sketchFeature(
  database: Database,
  scope: SketchScope,
  column: SketchColumn,
  profile: FeatureProfile,
  bounds: Bounds,
): Promise<FeatureSketch> {
  return profile.kind === 'number'
    ? sketchNumber(database, scope, column, profile, bounds)
    : sketchCategory(database, scope, column, profile);
}

async function sketchNumber(
  database: Database,
  scope: SketchScope,
  column: SketchColumn,
  profile: NumberProfile,
  bounds: Bounds,
): Promise<FeatureSketch> {
  const answer = await database.columns(numberQuery(scope, column, profile, bounds));
  return {
    counts: countsOf(answer, binCount(profile)),
    minimum: extreme(answer.minimum!, Math.min),
    maximum: extreme(answer.maximum!, Math.max),
    unseen: null,
  };
}

async function sketchCategory(
  database: Database,
  scope: SketchScope,
  column: SketchColumn,
  profile: Extract<FeatureProfile, { kind: 'category' }>,
): Promise<FeatureSketch> {
  const answer = await database.columns(categoryQuery(scope, column, profile));
  const bins = binCount(profile);
  const hasUnseen = [...answer.bin!].includes(bins - 1);
  const [first] = hasUnseen ? await database.rows(unseenQuery(scope, column, profile)) : [];
  return {
    counts: countsOf(answer, bins),
    minimum: null,
    maximum: null,
    unseen: (first?.name as string | undefined) ?? null,
  };
}

function countsOf(answer: Columns, bins: number): BlockSums {
  return blocksOf(answer, bins + featureSlots.length, (row, add) => {
    const bin = answer.bin![row]!;
    // What is missing has a slot instead of a bin.
    add(bin === -1 ? bins : bin, answer.n![row]!);
    add(bins + 1, answer.out_of_range?.[row] ?? 0);
    add(bins + 2, answer.defaulted![row]!);
    add(bins + 3, answer.stale![row]!);
    // The sum over missing values alone is no number.
    add(bins + 4, answer.shift?.[row] || 0);
  });
}

function extreme(values: Columns[string], choose: (...values: number[]) => number): number | null {
  const known = [...values].filter((value) => !Number.isNaN(value));
  return known.length === 0 ? null : choose(...known);
}

async function sketchService(database: Database, scope: SketchScope): Promise<BlockSums> {
  const answer = await database.columns(serviceQuery(scope));
  return blocksOf(answer, serviceLayout.width, (row, add) => {
    const bin = answer.bin![row]!;
    const rows = answer.n![row]!;
    add(bin === -1 ? serviceLayout.failed : serviceLayout.answered, rows);
    if (bin >= 0) add(serviceLayout.latency + bin, rows);
  });
}

async function countFailures(database: Database, scope: SketchScope): Promise<Record<string, number>> {
  const rows = await database.rows(failuresQuery(scope));
  return Object.fromEntries(rows.map(({ failure, n }) => [failure as string, n as number]));
}

async function sketchMatured(database: Database, scope: SketchScope): Promise<BlockSums> {
  const answer = await database.columns(maturedQuery(scope));
  const at = maturedLayout;
  return blocksOf(answer, at.width, (row, add) => {
    const [bin, calibrationBin, label, rows] = [
      answer.bin![row]!,
      answer.calibration_bin![row]!,
      answer.label![row]!,
      answer.n![row]!,
    ];
    add((label === 1 ? at.positives : at.negatives) + bin, rows);
    add(at.calibrationRows + calibrationBin, rows);
    add(at.calibrationPositives + calibrationBin, label * rows);
    add(at.calibrationScores + calibrationBin, answer.scores![row]!);
    add(at.brier, answer.brier![row]!);
    add(at.logLoss, answer.log_loss![row]!);
  });
}

/** Adds what each row of an answer holds to the sums of the row's block. */
function blocksOf(
  answer: Columns,
  width: number,
  addRow: (row: number, add: (place: number, amount: number) => void) => void,
): BlockSums {
  const blocks = new Map<number, Float64Array>();
  answer.block!.forEach((block, row) => {
    const sums = blocks.get(block) ?? new Float64Array(width);
    blocks.set(block, sums);
    addRow(row, (place, amount) => {
      sums[place]! += amount;
    });
  });
  return { width, blocks };
}
