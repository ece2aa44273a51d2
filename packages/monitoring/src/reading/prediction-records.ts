// What was predicted and what it turned out to be, as views in DuckDB: over all versions of a model, all instances that served it, and
// everything that has been flushed so far.

import { join } from 'node:path';
import { type Database, identifier, literal } from '@flightdeck/dataset';
import { labelTable } from '../labels/label-table.ts';
import { predictionTable, shadowTable } from '../log/prediction-tables.ts';
import { predictionIdSql } from '../prediction-id.ts';
import { openSnapshot } from './record-snapshot.ts';

export interface RecordsQuery {
  /** The state directory. */
  readonly home: string;
  readonly model: string;
  /**
   * Bounds of the event time, milliseconds since 1970 UTC; `until` is exclusive. Labels are those of predictions within them, whenever
   * they came. What lies outside is hardly read at all.
   */
  readonly from?: number;
  readonly until?: number;
}

export interface PredictionRecords {
  /** Bytes that are no whole block and were passed over, because somebody was killed while writing, or is writing now. */
  readonly damagedBytes: number;
  /** Gives up the snapshot; the views cannot be asked afterwards. */
  close(): void;
}

/**
 * Makes the views `predictions`, `shadows`, `exposures`, `labels`, `label_history` and `matured` of what there is at this moment.
 * README.md says what their columns are.
 */
export async function openPredictionRecords(
  database: Database,
  { home, model, ...bounds }: RecordsQuery,
): Promise<PredictionRecords> {
  const layout = { endpoint: '', model, version: null, variant: '', columns: [] };
  const log = openSnapshot(join(home, 'predictions', model), [
    predictionTable('', layout),
    shadowTable('', model),
  ]);
  const labels = openSnapshot(join(home, 'labels', model), [labelTable(model)]);
  const close = () => {
    log.close();
    labels.close();
  };
  try {
    const within = async (kind: string) => scan(await filesWithin(database, log.files(kind), bounds), bounds);
    const scans = {
      predictions: await within('predictions'),
      shadows: await within('shadows'),
      labels: scan(labels.files('labels'), {}),
    };
    const labelsWithin = isBounded(bounds) ? labelsOf(scans) : scans.labels;
    const features = await featureExpressions(database, scans.predictions);
    for (const [view, sql] of Object.entries(viewsOf({ ...scans, labels: labelsWithin }, features))) {
      await database.run(`create or replace view ${view} as ${sql}`);
    }
  } catch (error) {
    close();
    throw error;
  }
  return { damagedBytes: log.damagedBytes + labels.damagedBytes, close };
}

type Bounds = Pick<RecordsQuery, 'from' | 'until'>;

/** Those that may have rows within the bounds. Each query opens every file that it is about, and most of a long log is another time's. */
async function filesWithin(
  database: Database,
  files: readonly string[],
  bounds: Bounds,
): Promise<readonly string[]> {
  if (!isBounded(bounds)) return files;
  const { from = "'-inf'", until = "'inf'" } = bounds;
  const outside = await database.rows(`
    select file_name from parquet_metadata([${files.map(literal).join(', ')}]) where path_in_schema = 'event_time' group by file_name
    having max(stats_max_value::double) < ${from} or min(stats_min_value::double) >= ${until}`);
  const names = new Set(outside.map(({ file_name }) => file_name));
  return files.filter((file) => !names.has(file));
}

function scan(paths: readonly string[], { from, until }: Bounds): string {
  const files = paths.map(literal).join(', ');
  const conditions = [
    ...(from === undefined ? [] : [`event_time >= ${from}`]),
    ...(until === undefined ? [] : [`event_time < ${until}`]),
  ];
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
  return `(from read_parquet([${files}], union_by_name = true) ${where})`;
}

/** Every feature that any version has, numbers as DOUBLE; and its status. */
async function featureExpressions(database: Database, predictions: string): Promise<string[]> {
  const columns = await database.rows(`describe ${predictions}`);
  return columns
    .map(({ column_name, column_type }) => ({ name: String(column_name), type: String(column_type) }))
    .filter(({ name }) => /^[fs]:/.test(name))
    .map(({ name, type }) =>
      type === 'FLOAT' ? `${identifier(name)}::double as ${identifier(name)}` : identifier(name),
    );
}

type Scans = Readonly<Record<'predictions' | 'shadows' | 'labels', string>>;

function isBounded({ from, until }: Bounds): boolean {
  return from !== undefined || until !== undefined;
}

/** Before they are put in order, which costs more than all else where there are a million. */
function labelsOf({ labels, predictions }: Scans): string {
  return `(from ${labels} as given semi join ${predictions} as predicted using (token, request, "row"))`;
}

/** In the order in which they can be made. */
function viewsOf(scans: Scans, features: readonly string[]): Record<string, string> {
  return {
    predictions: `select ${[
      `${predictionIdSql} as prediction_id`,
      'request_id',
      'event_time::bigint as event_time',
      '"at"::bigint as "at"',
      'endpoint',
      'model',
      'version::integer as version',
      'variant',
      'coalesce(unit, request_id) as unit',
      'score::double as score',
      'failure',
      'latency_ms::double as latency_ms',
      ...features,
    ].join(', ')} from ${scans.predictions}`,
    shadows: `select ${predictionIdSql} as prediction_id, version, score::double as score, latency_ms::double as latency_ms, failure,
      event_time::bigint as event_time from ${scans.shadows}`,
    // Who was answered by what, failures too: whom a variant fails has met it. A version that the caller chose is no variant.
    exposures: `select endpoint, unit, variant, prediction_id, event_time from predictions where variant <> 'direct'`,
    label_history: `select ${predictionIdSql} as prediction_id, label, known_at::bigint as known_at, "at"::bigint as "at", actor
      from (${labelHistory(scans.labels)})`,
    // The latest truth; of two with the same time, the one that came last.
    labels: `select ${predictionIdSql} as prediction_id, label, known_at::bigint as known_at, "at"::bigint as "at"
      from (${labelHistory(scans.labels)})
      qualify row_number() over (partition by token, request, "row" order by known_at desc, "at" desc, label) = 1`,
    matured: `select predictions.*, label, known_at from predictions join labels using (prediction_id) where failure is null`,
  };
}

/** A label that was sent again is one label, which came when it came first. */
function labelHistory(labels: string): string {
  return `select token, request, "row", label, known_at, min("at") as "at", arg_min(actor, "at") as actor
    from ${labels} group by token, request, "row", label, known_at`;
}
