// npm run bench:reports: how long a report on a week of predictions takes, and how much memory, for 10,000 to a million of them, read from
// Parquet as from the log. Each size has a process of its own, or the memory of one would be counted for the next.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { openDatabase } from '@flightdeck/dataset';
import {
  mergeSketches,
  type Report,
  reportGauges,
  reportOf,
  reportPage,
  sketchWindow,
  type WindowSketch,
  weeklyPolicy,
} from '@flightdeck/monitoring';
import { peakRss, report, timed, withTemporaryHome } from './measure.ts';
import { openTraffic, subject, week, wideReference, writeTraffic } from './monitoring/wide-traffic.ts';

type Measured = Awaited<ReturnType<typeof measure>>;
const sizes = [10_000, 100_000, 1_000_000];
const day = week / 7;

const [task, path, rows] = process.argv.slice(2);
if (task === 'write') await write(path!, Number(rows));
else if (task === 'measure') process.send!(await measure(path!));
else await withTemporaryHome(compare);

async function compare(home: string): Promise<void> {
  const bySize: Record<string, Measured> = {};
  for (const size of sizes) {
    const file = join(home, `${size}.parquet`);
    await run('write', file, size);
    bySize[size] = (await run('measure', file, size)) as Measured;
  }
  const [small, , large] = sizes.map((size) => bySize[size]!);
  await report(
    'reports',
    { features: 22, bySize },
    {
      aMillionInSeconds: large!.seconds.sketch + large!.seconds.report < 15,
      memoryDoesNotGrowWithTheRows: large!.peakRssBytes < 2 * small!.peakRssBytes,
      sevenDaysMergeIntoTheirWeek: Object.values(bySize).every(({ daysMergeExactly }) => daysMergeExactly),
      nothingToReport: Object.values(bySize).every(({ verdict }) => verdict === 'ok'),
    },
  );
}

/** What the child sends last, once it has ended. */
async function run(task: string, file: string, size: number): Promise<unknown> {
  const child = fork(import.meta.filename, [task, file, String(size)]);
  let said: unknown;
  child.on('message', (message) => {
    said = message;
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`The part "${task}" with ${size} rows ended with ${code}.`);
  return said;
}

async function write(file: string, size: number): Promise<void> {
  const database = await openDatabase();
  await writeTraffic(database, size, file);
  await database.close();
}

async function measure(file: string) {
  // A memory limit far below what the rows take shows that they are never held.
  const database = await openDatabase({ memoryLimit: '256MB' });
  await openTraffic(database, file);
  const reference = wideReference();
  const sketchOf = (from: number, to: number) =>
    sketchWindow(
      database,
      { subject: { ...subject, from, to }, blockMinutes: weeklyPolicy.blockMinutes },
      reference,
    );
  const before = peakRss();
  const sketch = await timed(() => sketchOf(subject.from, subject.from + week));
  const { user, system } = process.cpuUsage();
  const made = await timed(async () =>
    reportOf({
      sketch: sketch.result,
      reference,
      policy: weeklyPolicy,
      now: subject.from + week,
      previous: null,
    }),
  );
  const rendered = await timed(async () => [
    reportPage(made.result, weeklyPolicy),
    reportGauges(made.result),
  ]);
  const peakRssBytes = peakRss();
  const days: WindowSketch[] = [];
  for (let from = subject.from; from < subject.from + week; from += day)
    days.push(await sketchOf(from, from + day));
  await database.close();
  return {
    seconds: {
      sketch: sketch.seconds,
      cpuUntilThen: (user + system) / 1e6,
      report: made.seconds,
      pageAndGauges: rendered.seconds,
    },
    peakRssBytes,
    rssBeforeBytes: before,
    reportBytes: JSON.stringify(made.result).length,
    verdict: made.result.verdict satisfies Report['verdict'],
    daysMergeExactly: plain(days.reduce(mergeSketches)) === plain(sketch.result),
  };
}

/** The sketch as text, blocks in order. */
function plain(sketch: WindowSketch): string {
  return JSON.stringify(sketch, (_key, value: unknown) =>
    value instanceof Map ? [...value].sort(([a], [b]) => a - b).map(([id, sums]) => [id, [...sums]]) : value,
  );
}
