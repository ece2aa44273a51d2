// npm run bench:prediction-log: what the prediction log costs the thread that answers and the thread that writes, against formats that
// it could have had; how large it is and how fast DuckDB reads it; and what a SIGKILL loses. Costs are processor time, which a machine
// with other things to do distorts less than the clock.

import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@flightdeck/core';
import { type Database, openDatabase } from '@flightdeck/dataset';
import {
  type LoggedAnswer,
  openLabelStore,
  openPredictionLog,
  openPredictionRecords,
  type PredictionIds,
  type PredictionLog,
  predictionIds,
} from '@flightdeck/monitoring';
import { report, timed, withTemporaryHome } from './measure.ts';
import { measureLoss } from './prediction-log/loss.ts';
import { type Format, otherFormats } from './prediction-log/other-formats.ts';
import { layout, randomRows, requestIdOf } from './prediction-log/rows.ts';

const portion = 1_024;
/** A million, and no part of a portion. */
const rows = portion * Math.round(Number(process.env.BENCH_ROWS ?? 1e6) / portion);
const rounds = Number(process.env.BENCH_ROUNDS ?? 10);
const source = randomRows(rows);

/** Reads every number of every row. */
const sums = (prefix: string) =>
  layout.columns
    .filter(({ type }) => type === 'number')
    .map(({ name }) => `sum("${prefix}${name}")`)
    .join(', ');

await withTemporaryHome(async (home) => {
  const database = await openDatabase();
  const ids = predictionIds();
  const oneRow = await measureLog(database, join(home, 'one-row'), ids, 1);
  const batches = await measureLog(database, join(home, 'batches'), predictionIds(), 1_024);
  const formats: Record<string, object> = {};
  for (const [name, format] of Object.entries(otherFormats)) {
    formats[name] = await measureFormat(database, join(home, name), format);
  }
  const labels = await measureLabels(database, join(home, 'one-row'), ids);
  await database.close();
  const losses = await measureLoss(join(home, 'killed'), rounds);
  const worst = Math.max(...losses.map(({ milliseconds }) => milliseconds));
  await report(
    'prediction-log',
    {
      rows,
      features: layout.columns.length,
      log: { oneRow, batches },
      formats,
      labels,
      sigkill: { worstMilliseconds: worst, losses },
    },
    {
      answeringThreadAtMost1MicrosecondARow: oneRow.answeringMicroseconds <= 1,
      writingThreadAtMost3MicrosecondsARow: oneRow.writingMicroseconds <= 3,
      sigkillLosesAtMost2Seconds: worst <= 2_000,
    },
  );
});

/** Appends all rows in requests of so many, after as many again that warm the code up: a server runs for days. Then reads them. */
async function measureLog(database: Database, home: string, ids: PredictionIds, requestRows: number) {
  const log = openPredictionLog({ home, token: ids.token, maxBytes: 1e12, maxDays: 1 });
  await appendAll(log, ids, requestRows);
  const before = cpu();
  const { answering, preparing } = await appendAll(log, ids, requestRows);
  const all = cpu() - before;
  const secondsToRead = await measureReading(database, home);
  await log.close();
  const bytes = await bytesBelow(join(home, 'predictions', layout.model));
  return {
    requestRows,
    answeringMicroseconds: answering / rows,
    writingMicroseconds: (all - answering - preparing) / rows,
    bytesPerRow: bytes / log.state.appended,
    /** A million rows, the open segments included. */
    secondsToRead: (secondsToRead * rows) / log.state.appended,
  };
}

/** Returns the processor time of this thread, microseconds. */
async function appendAll(log: PredictionLog, ids: PredictionIds, requestRows: number) {
  const spent = { answering: 0, preparing: 0 };
  for (let first = 0; first < rows; first += portion) {
    const preparation = process.threadCpuUsage();
    const answers = answersOf(ids, first, requestRows);
    spent.preparing += microseconds(process.threadCpuUsage(preparation));
    const answer = process.threadCpuUsage();
    for (const one of answers) log.append(one);
    spent.answering += microseconds(process.threadCpuUsage(answer));
    // So that the thread is never too slow.
    if (first % (50 * portion) === 0) await log.flush();
  }
  await log.flush();
  return spent;
}

/** Requests with `portion` rows together, which is little enough to be as near in memory as a request that was just read. */
function answersOf(ids: PredictionIds, first: number, requestRows: number): LoggedAnswer[] {
  return Array.from({ length: portion / requestRows }, (_, index) => {
    const request = ids.nextRequest();
    const from = first + index * requestRows;
    const times = { eventTime: 1e12 + from, at: 1e12 + from, latencyMs: 1.5 };
    const asked = { layout, request, requestId: requestIdOf(request), unit: null };
    return { ...asked, ...times, ...source.request(from, requestRows) };
  });
}

/** Seconds, the snapshot included. */
async function measureReading(database: Database, home: string): Promise<number> {
  const { seconds } = await timed(async () => {
    const records = await openPredictionRecords(database, { home, model: layout.model });
    await database.rows(`select ${sums('f:')} from predictions`);
    records.close();
  });
  return seconds;
}

async function measureFormat(database: Database, folder: string, format: Format): Promise<object> {
  await mkdir(folder, { recursive: true });
  const before = process.threadCpuUsage();
  format.write(folder, source.columns, rows);
  const writing = microseconds(process.threadCpuUsage(before));
  const { seconds } = await timed(() =>
    database.rows(`select ${sums('')} from '${folder}/*.${format.ending}'`),
  );
  return {
    writingMicroseconds: writing / rows,
    bytesPerRow: (await bytesBelow(folder)) / rows,
    secondsToRead: seconds,
  };
}

/** A label for every row, a hundred a request and ten requests at a time; then the join with the predictions. */
async function measureLabels(database: Database, home: string, ids: PredictionIds): Promise<object> {
  const store = openLabelStore({ home, maxDays: 1, clock: systemClock });
  const request = (first: number) =>
    Array.from({ length: 100 }, (_, index) => ({
      predictionId: `${ids.prefix(first + index)}0`,
      label: (index % 2) as 0 | 1,
      knownAt: 2e12,
    }));
  const { seconds } = await timed(async () => {
    for (let first = 0; first + 1_000 <= rows; first += 1_000) {
      const starts = Array.from({ length: 10 }, (_, index) => first + 100 * index);
      await Promise.all(starts.map((start) => store.append(layout.model, request(start), 'bench')));
    }
  });
  await store.close();
  const joining = await timed(async () => {
    const records = await openPredictionRecords(database, { home, model: layout.model });
    await database.rows('select count(*), avg(score), avg(label) from matured');
    records.close();
  });
  return { perSecond: rows / seconds, secondsToJoin: joining.seconds };
}

/** Processor time of all threads so far, microseconds. */
function cpu(): number {
  return microseconds(process.cpuUsage());
}

function microseconds({ user, system }: NodeJS.CpuUsage): number {
  return user + system;
}

async function bytesBelow(folder: string): Promise<number> {
  const names = await readdir(folder);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
