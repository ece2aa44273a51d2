// What was seen of champion and candidate since a step began, as packages/rollout judges it.

import type { Database } from '@flightdeck/dataset';
import type { Evidence, ShadowEvidence, VariantEvidence } from '@flightdeck/rollout';
import {
  areaQuery,
  type EvidenceScope,
  failuresQuery,
  latencyBounds,
  latencyQuery,
  scoreBins,
  scoresQuery,
  seenTable,
  shadowedTable,
  shadowTotalsQuery,
  totalsQuery,
} from './evidence-queries.ts';

/** Reads the views `predictions`, `shadows` and `labels`. */
export async function gatherEvidence(database: Database, scope: EvidenceScope): Promise<Evidence> {
  const { champion, candidate, from, to } = scope;
  await database.run(seenTable(scope));
  await database.run(shadowedTable(scope));
  const answers: Answers = {
    totals: await database.rows(totalsQuery),
    failures: await database.rows(failuresQuery('seen')),
    latencies: await database.rows(latencyQuery('seen')),
    scores: await database.rows(scoresQuery),
    areas: await database.rows(areaQuery),
  };
  const ofCandidate = variantOf(answers, candidate);
  return {
    window: { from, to },
    champion: variantOf(answers, champion),
    candidate: ofCandidate.requests === 0 ? null : ofCandidate,
    shadow: await readShadow(database),
  };
}

type Rows = Awaited<ReturnType<Database['rows']>>;
type Answers = Readonly<Record<'totals' | 'failures' | 'latencies' | 'scores' | 'areas', Rows>>;

function variantOf(answers: Answers, version: number): VariantEvidence {
  const own = (rows: Rows) => rows.filter((row) => row.version === version);
  const [totals = {}] = own(answers.totals);
  const answered = numberIn(totals, 'score_n');
  const score = meanOf(totals, 'score');
  const logLoss = meanOf(totals, 'loss');
  return {
    requests: numberIn(totals, 'requests'),
    failures: failuresIn(own(answers.failures)),
    latencyMs: latenciesIn(own(answers.latencies)),
    scores: score && { ...score, histogram: histogramOf(own(answers.scores), scoreBins) },
    matured: logLoss && {
      labels: numberIn(totals, 'loss_n'),
      coverage: numberIn(totals, 'loss_n') / answered,
      logLoss,
      auc: areaIn(own(answers.areas)),
    },
  };
}

async function readShadow(database: Database): Promise<ShadowEvidence | null> {
  const [totals = {}] = await database.rows(shadowTotalsQuery);
  const failures = failuresIn(await database.rows(failuresQuery('shadowed')));
  const pairs = numberIn(totals, 'difference_n');
  if (pairs === 0 && Object.keys(failures).length === 0) return null;
  const lossDifference = meanOf(totals, 'loss');
  return {
    pairs,
    failures,
    difference: meanOf(totals, 'difference') ?? { mean: numberIn(totals, 'difference_mean'), variance: 0 },
    latencyMs: latenciesIn(await database.rows(latencyQuery('shadowed'))),
    matured: lossDifference && { labels: numberIn(totals, 'loss_n'), lossDifference },
  };
}

/** Null below two values, which have no variance. */
function meanOf(row: Rows[number], name: string): { mean: number; variance: number } | null {
  if (numberIn(row, `${name}_n`) < 2) return null;
  return { mean: numberIn(row, `${name}_mean`), variance: Math.max(0, numberIn(row, `${name}_variance`)) };
}

function numberIn(row: Rows[number], name: string): number {
  return Number(row[name] ?? 0);
}

function failuresIn(rows: Rows): Record<string, number> {
  return Object.fromEntries(rows.map(({ failure, n }) => [String(failure), Number(n)]));
}

function latenciesIn(rows: Rows) {
  return { bounds: [...latencyBounds], counts: histogramOf(rows, latencyBounds.length + 1) };
}

function histogramOf(rows: Rows, bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (const { bin, n } of rows) counts[Number(bin)] = Number(n);
  return counts;
}

/** Null where there are not two rows of each class. */
function areaIn([row]: Rows): { value: number; standardError: number } | null {
  if (row === undefined) return null;
  const [p, n, value] = [numberIn(row, 'p'), numberIn(row, 'n'), numberIn(row, 'area')];
  const varianceOf = (squares: number, count: number) => (squares - count * value ** 2) / (count - 1) / count;
  const variance =
    varianceOf(numberIn(row, 'squares_below'), p) + varianceOf(numberIn(row, 'squares_above'), n);
  return { value, standardError: Math.sqrt(Math.max(0, variance)) };
}
