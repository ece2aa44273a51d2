// The prediction log as people look at it: pages of predictions, and all that is known of one. It stays open between questions, so that
// each pays for what was written since the last one, and reads of the log only what it needs.

import { join } from 'node:path';
import { type Database, literal, openDatabase } from '@flightdeck/dataset';
import { labelTable } from '../labels/label-table.ts';
import { predictionTable, shadowTable } from '../log/prediction-tables.ts';
import { parsePredictionId } from '../prediction-id.ts';
import {
  type FoundPrediction,
  foundIn,
  type LoggedPrediction,
  labelIn,
  loggedFeatures,
  type ReviewedPrediction,
  type Row,
  shadowIn,
} from './found-prediction.ts';
import { type KeptFile, keptSnapshot } from './kept-snapshot.ts';
import {
  cutSql,
  historySql,
  latestLabelsSql,
  oneSql,
  type PredictionQuery,
  pageSql,
  type ReviewQuery,
  reviewCutSql,
  reviewSql,
  type Scans,
  shadowsSql,
} from './prediction-query.ts';

export interface PredictionFinder {
  /** A page of those that match. */
  find(query: PredictionQuery): Promise<readonly FoundPrediction[]>;
  /** Null where the log has no prediction of this id, or none any more. */
  get(id: string): Promise<LoggedPrediction | null>;
  /** Which answers a person should label, and of how many. */
  review(query: ReviewQuery): Promise<{ considered: number; predictions: readonly ReviewedPrediction[] }>;
  close(): Promise<void>;
}

export interface FinderOptions {
  /** The state directory. */
  readonly home: string;
  readonly model: string;
  readonly memoryLimit: string;
}

/** Questions wait for one another. */
export async function openPredictionFinder(options: FinderOptions): Promise<PredictionFinder> {
  const { home, model, memoryLimit } = options;
  const database = await openDatabase({ memoryLimit });
  const layout = { endpoint: '', model, version: null, variant: '', columns: [] };
  const log = keptSnapshot(join(home, 'predictions', model), [
    predictionTable('', layout),
    shadowTable('', model),
  ]);
  const store = keptSnapshot(join(home, 'labels', model), [labelTable(model)]);
  const inTurn = turns();
  const scans = (): Scans => ({
    predictions: scanOf(log.files('predictions')),
    labels: scanOf(store.files('labels')),
  });

  async function find(query: PredictionQuery): Promise<readonly FoundPrediction[]> {
    const from = scans();
    const cut = await numberOf(database, cutSql(from, query), 'cut');
    if (cut === null) return [];
    const rows = await database.rows(pageSql(from, query, cut));
    const labelled = await database.rows(latestLabelsSql(from.labels, rows.map(nameIn)));
    const labels = new Map(labelled.map(({ id, label }) => [id, label as 0 | 1]));
    return rows.map((row) => foundIn(row, labels.get(row.id!) ?? null));
  }

  async function review(query: ReviewQuery) {
    const from = scans();
    const [latest] = await database.rows(reviewCutSql(from, query));
    if (latest!.cut === null) return { considered: 0, predictions: [] };
    const rows = await database.rows(reviewSql(from, query, Number(latest!.cut)));
    const predictions = rows.map((row) => ({ ...foundIn(row, null), threshold: Number(row.threshold) }));
    return { considered: Number(latest!.considered), predictions };
  }

  async function get(id: string): Promise<LoggedPrediction | null> {
    const name = parsePredictionId(id);
    if (name === null) return null;
    const own = ({ token }: KeptFile) => token === null || token === name.token;
    const [row] = await database.rows(oneSql(scanOf(log.files('predictions').filter(own)), name));
    if (!row) return null;
    const shadows = await database.rows(shadowsSql(scanOf(log.files('shadows').filter(own)), name));
    const history = await database.rows(historySql(scanOf(store.files('labels')), name));
    const labels = history.map(labelIn);
    return {
      ...foundIn({ ...row, id }, labels[0]?.label ?? null),
      features: loggedFeatures(row),
      shadows: shadows.map(shadowIn),
      labels,
    };
  }

  return {
    find: (query) => inTurn(() => find(query)),
    get: (id) => inTurn(() => get(id)),
    review: (query) => inTurn(() => review(query)),
    close: () =>
      inTurn(async () => {
        await database.close();
        log.close();
        store.close();
      }),
  };
}

function scanOf(files: readonly KeptFile[]): string {
  return `read_parquet([${files.map(({ path }) => literal(path)).join(', ')}], union_by_name = true)`;
}

function nameIn({ token, request, row }: Row) {
  return { token: String(token), request: Number(request), row: Number(row) };
}

async function numberOf(database: Database, sql: string, column: string): Promise<number | null> {
  const [found] = await database.rows(sql);
  const value = found![column];
  return value === null ? null : Number(value);
}

/** One after the other, whether the one before went well or not. */
function turns() {
  let last: Promise<unknown> = Promise.resolve();
  return <Result>(work: () => Promise<Result>): Promise<Result> => {
    const turn = last.then(work, work);
    last = turn.catch(() => {});
    return turn;
  };
}
