// npm run bench:recalibration: what becomes of a model that is left alone from the end of March on, of one whose calibration is refreshed from a
// week of labels, and of one that is trained anew in mid-May. Everything goes through the stages that the loop uses, gate included. Target: in the
// weeks after mid-May, what the recalibration serves is better calibrated than the frozen model, and made in seconds.

import { systemClock } from '@flightdeck/core';
import { bundleFiles, openRegistry } from '@flightdeck/registry';
import { loadModel } from '@flightdeck/training/catalogue';
import {
  concludeRetraining,
  recalibrate,
  runTraining,
  runTrial,
  snapshotData,
} from '@flightdeck/training/pipeline';
import { report, timed, withTemporaryHome } from './measure.ts';
import { type LiveFlights, openLiveFlights, type Quality } from './recalibration/live-flights.ts';

const day = 1440;
const minutesOf = (date: string) => Date.parse(`${date}T00:00Z`) / 60_000;
const live = { from: minutesOf('2001-05-01'), until: minutesOf('2001-06-26') };
const midMay = minutesOf('2001-05-15');
/** As many rows as the demo trains on. */
const rows = 200_000;
const asked = { model: 'flight-delay', seed: 1, actor: 'bench', reason: 'benchmark' };

await withTemporaryHome(async (home) => {
  const context = { home, clock: systemClock, onProgress: () => {}, log: console.error };
  const model = await loadModel(asked.model);
  const frozen = await runTraining({ ...asked, runId: 'frozen', rows, promote: true }, context);
  const flights = await openLiveFlights(home, model, live.from, live.until);

  const retraining = await timed(async () => {
    const production = await flights.writeMatured(midMay);
    const snapshot = await snapshotData({ ...asked, rows, days: null, production }, context);
    const trials = [await runTrial({ ...asked, snapshot: snapshot.digest, parameters: {} }, context)];
    return concludeRetraining({ ...asked, runId: 'retrained', snapshot, trials, promote: false }, context);
  });

  const weeks: Awaited<ReturnType<typeof replayWeek>>[] = [];
  for (let week = midMay; week + 7 * day <= live.until; week += 7 * day) {
    const served = weeks.at(-1)?.versions ?? { frozen: frozen.version!, once: null, weekly: frozen.version! };
    weeks.push(await replayWeek(context, flights, week, { ...served, retrained: retraining.result.version }));
  }
  await flights.close();

  const overall = Object.fromEntries(
    (['frozen', 'once', 'weekly', 'retrained'] as const).map((name) => [
      name,
      meanOf(weeks.flatMap(({ quality }) => quality[name] ?? [])),
    ]),
  );
  const [first] = weeks;
  await report(
    'recalibration',
    {
      trained: {
        rows: frozen.rows.trained,
        until: model.split.validation,
        testEce: frozen.test.network.metrics.ece.value,
      },
      retrained: {
        seconds: retraining.seconds,
        rows: retraining.result.rows,
        gate: retraining.result.gate,
        heldOut: eceOf(retraining.result.test),
      },
      weeks,
      /** Means over the weeks, weighted by rows. */
      overall,
    },
    {
      midMayRecalibrationPassed: first!.recalibration.gate.verdict === 'pass',
      inUnderTenSeconds: first!.recalibration.seconds < 10,
      betterCalibratedInTheWeekAfter: first!.quality.once!.ece < first!.quality.frozen!.ece,
      betterCalibratedOverAll: overall.weekly!.ece < overall.frozen!.ece,
    },
  );
});

type Context = Parameters<typeof recalibrate>[1];

interface Served {
  readonly frozen: number;
  /** With the first recalibration, if that passed; null before it. */
  readonly once: number | null;
  /** With the last recalibration that passed. */
  readonly weekly: number;
  /** Null where the gate let none in. */
  readonly retrained: number | null;
}

/** A recalibration of what is served, on the morning of the week, then the week's flights with what is served after it. */
async function replayWeek(context: Context, flights: LiveFlights, week: number, before: Served) {
  const production = await flights.writeMatured(week);
  const request = { ...asked, runId: `week-${week}`, version: before.weekly, production, promote: false };
  const { seconds, result } = await timed(() => recalibrate(request, context));
  const weekly = result.gate.verdict === 'pass' ? result.version! : before.weekly;
  const versions: Served = { ...before, weekly, once: before.once ?? weekly };
  const { gate, calibration } = result;
  const recalibration = { seconds, calibration: calibration.after, gate, heldOut: eceOf(result.test) };
  const quality = await measureAll(context.home, flights, versions, week);
  return { week: dateOf(week), recalibration, versions, quality };
}

async function measureAll(
  home: string,
  flights: LiveFlights,
  versions: Served,
  week: number,
): Promise<Record<keyof Served, Quality | null>> {
  const measured: [string, Quality | null][] = [];
  for (const [name, version] of Object.entries(versions)) {
    const onnx = version === null ? null : await readModel(home, version);
    measured.push([name, onnx && (await flights.measure(onnx, week, week + 7 * day))]);
  }
  return Object.fromEntries(measured) as Record<keyof Served, Quality | null>;
}

async function readModel(home: string, version: number): Promise<Uint8Array> {
  const registry = await openRegistry({ home });
  const bundle = await registry.versions.open(await registry.versions.get(asked.model, version));
  const onnx = await bundle.read(bundleFiles.model);
  await registry.close();
  return onnx;
}

function meanOf(weeks: readonly Quality[]): Quality | null {
  if (weeks.length === 0) return null;
  const rows = weeks.reduce((sum, week) => sum + week.rows, 0);
  const mean = (name: keyof Quality) => weeks.reduce((sum, week) => sum + week[name] * week.rows, 0) / rows;
  return { rows, ece: mean('ece'), bias: mean('bias'), logLoss: mean('logLoss'), rocAuc: mean('rocAuc') };
}

function eceOf({ network, champion }: { network: Evaluated; champion?: Evaluated | undefined }) {
  return { champion: champion?.metrics.ece.value ?? null, candidate: network.metrics.ece.value };
}
interface Evaluated {
  readonly metrics: { readonly ece: { readonly value: number } };
}

function dateOf(minutes: number): string {
  return new Date(minutes * 60_000).toISOString().slice(0, 10);
}
