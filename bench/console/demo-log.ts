// What a demo has left in its prediction log, in memory: requests as serving logged them, with the labels that came. The seed writes
// them again, at later times.

import { type Database, identifier, literal, openDatabase } from '@flightdeck/dataset';
import { openPredictionRecords } from '@flightdeck/monitoring';
import { type FeatureColumns, featureStatuses, type LoggedAnswer } from '@flightdeck/monitoring/log';

export interface DemoLog {
  readonly endpoint: string;
  readonly rows: number;
  /** Of the last answer, wall time; the log's first one is `spanMs` before. */
  readonly lastAt: number;
  readonly spanMs: number;
  readonly columns: LoggedAnswer['layout']['columns'];
  readonly requests: readonly DemoRequest[];
}

/** The rows of a request that one version answered on one side of a split. */
export interface DemoRequest
  extends Pick<LoggedAnswer, 'rows' | 'at' | 'latencyMs' | 'statuses' | 'copy' | 'scores'> {
  readonly version: number;
  readonly variant: string;
  readonly eventTime: Float64Array;
  readonly unit: readonly string[];
  /** NaN where there is none. */
  readonly label: Float32Array;
  readonly knownAt: Float64Array;
}

export async function readDemoLog(home: string, model: string): Promise<DemoLog> {
  const database = await openDatabase();
  const records = await openPredictionRecords(database, { home, model });
  try {
    return await read(database);
  } finally {
    records.close();
    await database.close();
  }
}

async function read(database: Database): Promise<DemoLog> {
  const columns = await featuresOf(database);
  await database.run(`create temp table answers as
    select predictions.*, label, known_at, row_number() over (order by predictions."at", request_id, version, variant, prediction_id) as place
    from predictions left join labels using (prediction_id) where failure is null`);
  const numbers =
    await database.columns(`select version, event_time::double as event_time, "at"::double as "at", latency_ms, score::float as score,
    coalesce(label, 'nan'::float)::float as label, known_at::double as known_at,
    ${columns.map(({ name }) => `list_position(${list(featureStatuses)}, ${identifier(`s:${name}`)})::integer as ${identifier(`s:${name}`)}`).join(', ')},
    ${columns.flatMap(({ name, type }) => (type === 'number' ? `${identifier(`f:${name}`)}::float as ${identifier(`f:${name}`)}` : [])).join(', ')}
    from answers order by place`);
  const texts = await database.rows(`select endpoint, request_id, variant, unit,
    ${columns.flatMap(({ name, type }) => (type === 'string' ? `coalesce(${identifier(`f:${name}`)}, '') as ${identifier(`f:${name}`)}` : [])).join(', ')}
    from answers order by place`);
  const at = numbers.at as Float64Array;
  const source: Source = { columns, numbers, texts: texts as Source['texts'] };
  return {
    endpoint: String(texts[0]!.endpoint),
    rows: texts.length,
    lastAt: at.at(-1)!,
    spanMs: at.at(-1)! - at[0]!,
    columns,
    requests: bordersOf(source).map(([from, to]) => requestOf(source, from, to)),
  };
}

async function featuresOf(database: Database): Promise<DemoLog['columns']> {
  const described = await database.rows('describe predictions');
  return described.flatMap(({ column_name, column_type }) => {
    const [, name] = /^f:(.*)$/.exec(String(column_name)) ?? [];
    return name === undefined ? [] : [{ name, type: column_type === 'DOUBLE' ? 'number' : 'string' }];
  });
}

interface Source {
  readonly columns: DemoLog['columns'];
  readonly numbers: Awaited<ReturnType<Database['columns']>>;
  readonly texts: readonly Readonly<Record<string, string>>[];
}

/** First row and end of each run of rows that belong together. */
function bordersOf({ numbers, texts }: Source): (readonly [number, number])[] {
  const key = (row: number) => `${texts[row]!.request_id} ${numbers.version![row]} ${texts[row]!.variant}`;
  const starts = texts.flatMap((_, row) => (row === 0 || key(row) !== key(row - 1) ? row : []));
  return starts.map((start, index) => [start, starts[index + 1] ?? texts.length]);
}

function requestOf({ columns, numbers, texts }: Source, from: number, to: number): DemoRequest {
  const own = (name: string) => numbers[name]!.subarray(from, to);
  const rows = texts.slice(from, to);
  return {
    rows: to - from,
    version: numbers.version![from]!,
    variant: rows[0]!.variant!,
    at: numbers.at![from]!,
    latencyMs: numbers.latency_ms![from]!,
    eventTime: own('event_time') as Float64Array,
    unit: rows.map(({ unit }) => unit!),
    scores: own('score') as Float32Array,
    label: own('label') as Float32Array,
    knownAt: own('known_at') as Float64Array,
    statuses: Object.fromEntries(
      columns.map(({ name }) => [name, Uint8Array.from(own(`s:${name}`), (place) => Math.max(0, place - 1))]),
    ),
    copy: (first, end, into, at) => {
      for (const { name, type } of columns)
        copyColumn(into[name]!, at, { name: `f:${name}`, type, own, rows, first, end });
    },
  };
}

interface Copied {
  readonly name: string;
  readonly type: 'number' | 'string';
  readonly own: (name: string) => Float32Array | Float64Array | Int32Array;
  readonly rows: readonly Readonly<Record<string, string>>[];
  readonly first: number;
  readonly end: number;
}

function copyColumn(
  into: FeatureColumns[string],
  at: number,
  { name, type, own, rows, first, end }: Copied,
): void {
  if (type === 'number') (into as Float32Array).set(own(name).subarray(first, end), at);
  else for (let row = first; row < end; row++) (into as string[])[at + row - first] = rows[row]![name]!;
}

function list(texts: readonly string[]): string {
  return `[${texts.map(literal).join(', ')}]`;
}
