// npm run bench:false-alarms: how often the alarm policies cry wolf, and what they say of the flights that were really to come.
//
// Nothing changes in a stationary replay: each window is made of days drawn at random from the training period, and compared with that
// whole period. A day is drawn with all its flights, so that they resemble each other as they did; or its rows are drawn one by one
// from all days, as textbooks assume. After that the same policies see April to June in their true order, against a model that
// has stood still since March.

import { seededRandom } from '@flightdeck/core';
import { openDatabase } from '@flightdeck/dataset';
import {
  type AlarmPolicy,
  alarmPolicySchema,
  itemsOf,
  type Report,
  readVersionReference,
  reportOf,
  type VersionReference,
  type WindowSketch,
  weeklyPolicy,
} from '@flightdeck/monitoring';
import { openRegistry } from '@flightdeck/registry';
import { totalOf, wilsonInterval } from '@flightdeck/stats';
import { loadModel } from '@flightdeck/training/catalogue';
import { trainFlagship } from './http/flagship.ts';
import { report, withTemporaryHome } from './measure.ts';
import { byDay, day, daysOf, serveFlights, sketchHours, windowOf } from './monitoring/served-flights.ts';

const windows = 1_000;
/** A Monday. Flights of a version that was made on March 31. */
const live = { from: Date.parse('2001-04-16'), weeks: 10 };
/** A day has one weekday, and a week seven: no window is like the training period. */
const unwatched = ['weekday'];

const daily = watching(alarmPolicySchema.parse({}));
const weekly = watching(weeklyPolicy);
/** What one is tempted to do: the margins of a week for a day. */
const hasty = { ...weekly, blockMinutes: daily.blockMinutes };

function watching(policy: AlarmPolicy): AlarmPolicy {
  return { ...policy, drift: { ...policy.drift, unwatched } };
}

await withTemporaryHome(async (home) => {
  const model = await loadModel('flight-delay');
  const { onnx } = await trainFlagship(home);
  const reference = await referenceOf(home);
  const database = await openDatabase({ memoryLimit: '3GB' });
  await serveFlights(database, home, model, onnx, model.split.train, '2001-07-01');
  const training = { from: Date.parse(model.split.train), to: Date.parse(model.split.validation) };
  const sketch = (period: { from: number; to: number; isShuffled?: boolean }) =>
    sketchHours(database, reference, model.name, period);

  const hours = daysOf(await sketch(training));
  const shuffled = daysOf(await sketch({ ...training, isShuffled: true }));
  const stationary = stationaryReference(reference, windowOf(hours.map(byDay), training.from));
  const replays = {
    'a week of whole days, weekly policy': replay(hours.map(byDay), 7, weekly, stationary),
    'a week of rows drawn one by one, weekly policy': replay(shuffled.map(byDay), 7, weekly, stationary),
    'a whole day, daily policy': replay(hours, 1, daily, stationary),
    'a day of rows drawn one by one, daily policy': replay(shuffled, 1, daily, stationary),
    'a whole day, weekly margins': replay(hours, 1, hasty, stationary),
  };

  const liveDays = daysOf(await sketch({ from: live.from, to: live.from + 7 * live.weeks * day }));
  const weeks = follow(liveDays.map(byDay), 7, weekly, reference).map(summaryOf);
  const days = follow(liveDays, 1, daily, reference).map(summaryOf);
  await database.close();
  await report(
    'false-alarms',
    {
      windows,
      days: hours.length,
      promise: reference.promise,
      replays,
      live: { weeks, daysWithAlarm: days.filter(({ alarms }) => alarms.length > 0), days: days.length },
    },
    {
      weeklyAtMostOnePercent: replays['a week of whole days, weekly policy'].alarm.any.share <= 0.01,
      dailyAtMostOnePercent: replays['a whole day, daily policy'].alarm.any.share <= 0.01,
      noneWithoutCorrelation:
        replays['a week of rows drawn one by one, weekly policy'].alarm.any.windows +
          replays['a day of rows drawn one by one, daily policy'].alarm.any.windows ===
        0,
      calibrationIsFoundInMay: weeks.some(
        ({ cause, alarms }) => cause === 'calibration' && alarms.length > 0,
      ),
    },
  );
});

async function referenceOf(home: string): Promise<VersionReference> {
  const registry = await openRegistry({ home });
  const version = await registry.versions.resolve('flight-delay', 'champion');
  const reference = await readVersionReference(await registry.versions.open(version));
  await registry.close();
  return reference;
}

/** The score's profile and the promise are those of later days: in a stationary replay both come from the days that are drawn. */
function stationaryReference(reference: VersionReference, all: WindowSketch): VersionReference {
  const { metrics, rows, positives } = reportOn(all, reference, weekly, null).quality;
  const known = (name: keyof typeof metrics) => {
    const { value, low, high } = metrics[name];
    return { value: value!, low: low!, high: high! };
  };
  const { score, ...profile } = reference.profile;
  const counts = [...totalOf(all.score.counts).subarray(0, score.counts.length)];
  return {
    ...reference,
    profile: { ...profile, score: { ...score, counts } },
    promise: {
      rows,
      positives,
      metrics: {
        rocAuc: known('rocAuc'),
        logLoss: known('logLoss'),
        brier: known('brier'),
        ece: known('ece'),
      },
    },
  };
}

function reportOn(
  sketch: WindowSketch,
  reference: VersionReference,
  policy: AlarmPolicy,
  previous: Report | null,
): Report {
  // So late that all labels are known.
  return reportOf({ sketch, reference, policy, now: sketch.subject.to + 7 * day, previous });
}

/** Shares of windows in which anything exceeds its threshold, and in which that is an alarm, since it was so often enough in a row. */
function replay(
  days: readonly WindowSketch[],
  length: number,
  policy: AlarmPolicy,
  reference: VersionReference,
) {
  const random = seededRandom(1);
  const exceeding = tally();
  const alarm = tally();
  let previous: Report | null = null;
  for (let i = 0; i < windows; i++) {
    const drawn = Array.from({ length }, () => days[random.integer(days.length)]!);
    previous = reportOn(windowOf(drawn, i * length * day), reference, policy, previous);
    exceeding.count(previous, ({ exceeds }) => exceeds);
    alarm.count(previous, isAlarm);
  }
  return { exceeding: exceeding.shares(), alarm: alarm.shares() };
}

type Item = ReturnType<typeof itemsOf>[number];

function isAlarm({ verdict }: Item): boolean {
  return verdict === 'drifted' || verdict === 'degraded';
}

function tally() {
  const found = { any: 0, service: 0, dataQuality: 0, drift: 0, quality: 0 };
  return {
    count(report: Report, holds: (item: Item) => boolean): void {
      const drifts = [...report.drift.features, report.drift.score].map(({ item }) => item);
      found.any += Number(itemsOf(report).some(holds));
      found.service += Number(report.service.items.some(holds));
      found.dataQuality += Number(report.dataQuality.items.some(holds));
      found.drift += Number(drifts.some(holds));
      found.quality += Number(report.quality.items.some(holds));
    },
    shares() {
      const share = (n: number) => ({ windows: n, share: n / windows, ...wilsonInterval(n, windows) });
      return {
        any: share(found.any),
        service: share(found.service),
        dataQuality: share(found.dataQuality),
        drift: share(found.drift),
        quality: share(found.quality),
      };
    },
  };
}

/** Reports of the days in their order, each on `length` of them. */
function follow(
  days: readonly WindowSketch[],
  length: number,
  policy: AlarmPolicy,
  reference: VersionReference,
) {
  const reports: Report[] = [];
  for (let i = 0; i + length <= days.length; i += length) {
    const window = days.slice(i, i + length);
    reports.push(
      reportOn(windowOf(window, window[0]!.subject.from), reference, policy, reports.at(-1) ?? null),
    );
  }
  return reports;
}

function summaryOf(report: Report) {
  const { window, verdict, drift, quality } = report;
  const { rocAuc, logLoss, ece } = quality.metrics;
  const round = (value: number | null | undefined) => (value == null ? null : Math.round(value * 1e4) / 1e4);
  const moved = drift.features.filter(({ item }) => item.exceeds);
  const most = drift.features
    .filter(({ feature }) => !unwatched.includes(feature))
    .toSorted((a, b) => b.item.effect.value! - a.item.effect.value!)[0]!;
  return {
    from: new Date(window.from).toISOString().slice(0, 10),
    verdict,
    alarms: itemsOf(report)
      .filter(isAlarm)
      .map(({ item }) => item),
    featuresThatMoved: moved.length,
    most: { feature: most.feature, stabilityIndex: round(most.item.effect.value) },
    positives: round(quality.positives / quality.rows),
    rocAuc: { value: round(rocAuc.value), low: round(rocAuc.low), high: round(rocAuc.high) },
    logLoss: { value: round(logLoss.value), promised: round(logLoss.promised) },
    ece: { value: round(ece.value), low: round(ece.low), high: round(ece.high) },
    recalibrationGain: round(quality.recalibration?.gain.value),
    cause: quality.cause,
  };
}
