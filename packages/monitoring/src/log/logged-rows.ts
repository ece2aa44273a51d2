// How what serving tells the log gets into the columns of its tables. It runs on the thread that answers, for every row.

import { bufferRows, type RowBuffer, rowBuffer } from '../records/row-buffer.ts';
import type { NumberArray } from '../records/table.ts';
import type { FeatureColumns, LoggedAnswer, LoggedFailure, LoggedShadow } from './logged.ts';
import {
  featureColumn,
  type LogLayout,
  predictionTable,
  shadowTable,
  statusColumn,
} from './prediction-tables.ts';

export interface LoggedRows<Logged> {
  readonly buffer: RowBuffer;
  /** Writes rows `from` to `to` (exclusive) of what was logged, beginning at row `at` of the buffer. */
  write(logged: Logged, from: number, to: number, at: number): void;
}

export function answerRows(token: string, layout: LogLayout): LoggedRows<LoggedAnswer | LoggedFailure> {
  const buffer = rowBuffer(predictionTable(token, layout));
  const { values, dictionaries, touched } = buffer;
  const features = layout.columns;
  // Strings arrive here first, and become places in a dictionary.
  const arrivals = features
    .filter(({ type }) => type === 'string')
    .map(({ name }) => ({ name, column: featureColumn(name), texts: new Array<string>(bufferRows) }));
  const columns: FeatureColumns = Object.fromEntries([
    ...features.map(({ name }) => [name, values[featureColumn(name)] as Float32Array] as const),
    ...arrivals.map(({ name, texts }) => [name, texts] as const),
  ]);

  const writeRequest = requestWriter(buffer);

  return {
    buffer,
    write(logged, from, to, at) {
      const end = at + to - from;
      // Before anything else is written, because it is not our code and may throw.
      if (logged.copy) logged.copy(from, to, columns, at);
      else for (const name in columns) writeMissing(columns[name]!, at, end);
      for (const { column, texts } of arrivals) {
        const places = values[column]!;
        const { placeOf } = dictionaries[column]!;
        for (let place = at; place < end; place++) places[place] = placeOf(texts[place]!);
      }
      for (const feature in logged.statuses) {
        const column = statusColumn(feature);
        values[column]!.set(logged.statuses[feature]!.subarray(from, to), at);
        touched.add(column);
      }
      writeRequest(logged, from, to, at);
    },
  };
}

/** The columns are looked up once, and not for every row: that is half of what a row costs. */
function requestWriter({
  values,
  dictionaries,
}: RowBuffer): LoggedRows<LoggedAnswer | LoggedFailure>['write'] {
  const { request, row, event_time, at: answeredAt, latency_ms, score, request_id, unit, failure } = values;
  return (logged, from, to, at) => {
    const { eventTime } = logged;
    const requestId = dictionaries.request_id!.add(logged.requestId);
    const scores = 'failure' in logged ? null : logged.scores;
    for (let index = from, place = at; index < to; index++, place++) {
      request![place] = logged.request;
      row![place] = index;
      event_time![place] = typeof eventTime === 'number' ? eventTime : eventTime[index]!;
      answeredAt![place] = logged.at;
      latency_ms![place] = logged.latencyMs;
      score![place] = scores === null ? Number.NaN : scores[index]!;
      request_id![place] = requestId;
    }
    if (logged.unit !== null) writeUnits(unit!, dictionaries.unit!.placeOf, logged.unit, from, to, at);
    if ('failure' in logged) failure!.fill(dictionaries.failure!.placeOf(logged.failure), at, at + to - from);
  };
}

function writeUnits(
  places: NumberArray,
  placeOf: (unit: string) => number,
  unit: string | readonly (string | null)[],
  from: number,
  to: number,
  at: number,
): void {
  const end = at + to - from;
  if (typeof unit === 'string') places.fill(placeOf(unit), at, end);
  else for (let place = at; place < end; place++) places[place] = placeOf(unit[from + place - at] ?? '');
}

function writeMissing(column: Float32Array | string[], from: number, to: number): void {
  if (Array.isArray(column)) column.fill('', from, to);
  else column.fill(Number.NaN, from, to);
}

export function shadowRows(token: string, model: string): LoggedRows<LoggedShadow> {
  const buffer = rowBuffer(shadowTable(token, model));
  const { values, dictionaries } = buffer;
  return {
    buffer,
    write({ request, eventTime, version, latencyMs, scores, failure }, from, to, at) {
      const code = failure === null ? 0 : dictionaries.failure!.placeOf(failure);
      for (let row = from, place = at; row < to; row++, place++) {
        values.request![place] = request;
        values.row![place] = row;
        values.event_time![place] = typeof eventTime === 'number' ? eventTime : eventTime[row]!;
        values.version![place] = version;
        values.score![place] = scores === null ? Number.NaN : scores[row]!;
        values.latency_ms![place] = latencyMs;
        if (code > 0) values.failure![place] = code;
      }
    },
  };
}
