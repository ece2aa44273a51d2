// Traffic as serving would have logged it, in a real prediction log below a temporary folder: rows whose true probability is known, two
// features that it follows from, and labels. Versions that learnt from the same traffic bring a reference that it fits.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Random, seededRandom } from '@flightdeck/core';
import {
  type LabelStore,
  type LogLayout,
  openLabelStore,
  openPredictionLog,
  predictionIds,
} from '@flightdeck/monitoring';
import { bundleFiles, type ModelVersion, type Registry } from '@flightdeck/registry';
import { brier, expectedCalibrationError, logLoss, rocAuc } from '@flightdeck/stats';
import { afterAll } from 'vitest';

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
/** 2001-05-07, a Monday. */
export const monday = Date.UTC(2001, 4, 7);
export const model = 'toy';

const homes: string[] = [];
afterAll(() => Promise.all(homes.map((home) => rm(home, { recursive: true, force: true }))));

/** A state directory, gone when the test file is done. */
export async function freshHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'flightdeck-controller-'));
  homes.push(home);
  return home;
}

export interface Segment {
  readonly version: number;
  /** As the endpoint's traffic names it. */
  readonly variant?: string;
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  readonly seed?: number;
  /** Added to the logits of the truth: how wrong the scores are. */
  readonly bias?: number;
  /** Standard deviation of noise on the scored logit. */
  readonly noise?: number;
  /** Added to the feature `distance`, which the truth does not follow. */
  readonly shift?: number;
  /** Shares of rows. */
  readonly failed?: number;
  readonly unlabelled?: number;
  readonly flipped?: boolean;
  /** Median, milliseconds. */
  readonly latencyMs?: number;
  /** Asked beside, about each row. */
  readonly shadow?: { readonly version: number; readonly bias?: number; readonly failed?: number };
  /** When it was logged; a second after it was asked, where it is left out. */
  readonly at?: number;
  /** Names the unit of a row; none without it. */
  readonly unit?: (row: number) => string;
}

interface DrawnRow {
  readonly distance: number;
  readonly origin: string;
  readonly score: number;
  readonly label: 0 | 1;
}

const origins = ['ATL', 'ORD', 'DFW', 'LAX'];

export function drawRow(
  random: Random,
  { bias = 0, noise = 0, shift = 0, flipped = false }: Partial<Segment>,
): DrawnRow {
  const [first, second] = [random.normal(), random.integer(origins.length)];
  const truth = -1.5 + 1.2 * first + 0.3 * second;
  const isLate = random.uniform() < sigmoid(truth);
  return {
    distance: Math.fround(700 + 300 * first + shift),
    origin: origins[second]!,
    score: Math.fround(sigmoid(truth + bias + noise * random.normal())),
    label: isLate === flipped ? 0 : 1,
  };
}

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

const perRequest = 50;

/** Writes predictions, shadows and labels, and waits until they are on the disk. */
export async function recordTraffic(home: string, ...segments: readonly Segment[]): Promise<void> {
  const ids = predictionIds();
  const log = openPredictionLog({ home, token: ids.token, maxBytes: 1e9, maxDays: 1e5 });
  const store = openLabelStore({ home, maxDays: 1e5, clock: () => Date.UTC(2001, 11, 31) });
  for (const segment of segments) {
    const labels = recordSegment(log, ids, segment);
    await log.flush();
    if (labels.length > 0) await store.append(model, labels, 'test');
  }
  await log.close();
  await store.close();
}

type Label = Parameters<LabelStore['append']>[1][number];
type Log = ReturnType<typeof openPredictionLog>;

function recordSegment(log: Log, ids: ReturnType<typeof predictionIds>, segment: Segment): Label[] {
  const { version, variant = 'champion', seed = 1, unit, shadow, failed = 0, unlabelled = 0 } = segment;
  const random = seededRandom(seed);
  const layout: LogLayout = { endpoint: model, model, version, variant, columns };
  const labels: Label[] = [];
  const step = (segment.to - segment.from) / segment.rows;
  for (let first = 0; first < segment.rows; first += perRequest) {
    const rows = Math.min(perRequest, segment.rows - first);
    const drawn = Array.from({ length: rows }, () => drawRow(random, segment));
    const eventTime = drawn.map((_, row) => Math.floor(segment.from + (first + row) * step));
    const request = ids.nextRequest();
    const head = {
      ...{
        layout,
        request,
        requestId: `r-${request}-${ids.token}`,
        rows,
        eventTime,
        at: segment.at ?? eventTime.at(-1)! + 1_000,
      },
      latencyMs: (segment.latencyMs ?? 5) * Math.exp(0.3 * random.normal()),
      unit: unit ? drawn.map((_, row) => unit(first + row)) : null,
      copy: (
        from: number,
        to: number,
        into: Readonly<Record<string, Float32Array | string[]>>,
        at: number,
      ) => {
        for (let row = from; row < to; row++) {
          into.distance![at + row - from] = drawn[row]!.distance;
          into.origin![at + row - from] = drawn[row]!.origin;
        }
      },
    };
    if (random.uniform() < failed) {
      log.appendFailure({ ...head, failure: 'MODEL_FAILED' });
      continue;
    }
    log.append({ ...head, scores: Float32Array.from(drawn, ({ score }) => score) });
    if (shadow) recordShadow(log, shadow, head, drawn, random);
    const prefix = ids.prefix(request);
    drawn.forEach(({ label }, row) => {
      if (random.uniform() >= unlabelled)
        labels.push({ predictionId: `${prefix}${row}`, label, knownAt: eventTime[row]! + hour });
    });
  }
  return labels;
}

function recordShadow(
  log: Log,
  { version, bias = 0, failed = 0 }: NonNullable<Segment['shadow']>,
  {
    request,
    rows,
    eventTime,
    latencyMs,
  }: { request: number; rows: number; eventTime: number[]; latencyMs: number },
  drawn: readonly DrawnRow[],
  random: Random,
): void {
  const hasFailed = random.uniform() < failed;
  const moved = drawn.map(({ score }) => sigmoid(Math.log(score / (1 - score)) + bias));
  log.appendShadow({
    ...{ model, version, request, rows, eventTime, latencyMs },
    scores: hasFailed ? null : Float32Array.from(moved),
    failure: hasFailed ? 'DEADLINE_EXCEEDED' : null,
  });
}

const columns = [
  { name: 'distance', type: 'number' },
  { name: 'origin', type: 'string' },
] as const;

/** Registers a version that has learnt from this traffic. Versions differ by their seed. */
async function registerVersion(registry: Registry, seed: number): Promise<ModelVersion> {
  const { id } = await registry.runs.start({ id: `run-${seed}`, model, parameters: { seed }, lineage: {} });
  return registry.versions.register({
    model,
    runId: id,
    files: {
      [bundleFiles.signature]: JSON.stringify(signature),
      [bundleFiles.modelCard]: `# Toy ${seed}\n`,
      ...learntFiles,
    },
    metrics: {},
    gate: { verdict: 'pass', reasons: [] },
    createdBy: 'a test',
  });
}

/** Registers versions 1 to `count`, the first of which becomes champion. */
export async function registerVersions(registry: Registry, count: number): Promise<void> {
  for (let seed = 1; seed <= count; seed++) await registerVersion(registry, seed);
  await moveAlias(registry, 'champion', 1);
}

export async function moveAlias(
  registry: Registry,
  alias: string,
  version: number,
  actor = 'ada',
): Promise<void> {
  await registry.aliases.set({ model, alias, version, actor, reason: 'a test says so' });
}

const signature = {
  kind: 'score',
  inputs: [
    {
      name: 'distance',
      type: 'number',
      description: 'miles',
      default: null,
      minimum: -2_000,
      maximum: 4_000,
    },
    { name: 'origin', type: 'string', description: 'an airport', default: null, categories: origins },
  ],
  output: { name: 'probability', type: 'number', description: 'of being late' },
  threshold: 0.5,
  positive: 'late',
};

const learntFiles = learn();

function learn(): Record<string, string> {
  const random = seededRandom(99);
  const rows = Array.from({ length: 20_000 }, () => drawRow(random, {}));
  const scores = Float32Array.from(rows, ({ score }) => score);
  const labels = Uint8Array.from(rows, ({ label }) => label);
  const near = (value: number) => ({ value, low: value - 0.003, high: value + 0.003 });
  const counts = Object.fromEntries(
    origins.map((origin) => [origin, rows.filter((row) => row.origin === origin).length]),
  );
  return {
    [bundleFiles.referenceProfile]: JSON.stringify({
      rows: rows.length,
      features: {
        distance: profileOf(rows.map(({ distance }) => distance)),
        origin: { kind: 'category', missing: 0, counts },
      },
      score: profileOf([...scores]),
    }),
    [bundleFiles.evaluation]: JSON.stringify({
      network: {
        rows: rows.length,
        positives: labels.reduce((sum, label) => sum + label, 0),
        metrics: {
          rocAuc: near(rocAuc(scores, labels)),
          logLoss: near(logLoss(scores, labels)),
          brier: near(brier(scores, labels)),
          ece: near(expectedCalibrationError(scores, labels)),
        },
      },
    }),
  };
}

function profileOf(values: readonly number[]) {
  const sorted = values.toSorted((a, b) => a - b);
  const edges = Array.from({ length: 9 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / 10)]!);
  const counts = new Array<number>(10).fill(0);
  for (const value of values) counts[edges.filter((edge) => value >= edge).length]!++;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return { kind: 'number', missing: 0, mean, deviation, edges, counts };
}
