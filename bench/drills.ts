// npm run drills: every scenario of the simulator against real kits, and what came of it as a table; then days in which nothing is wrong,
// which must raise no alarm. `npm run drills -- missing-field null-burst` takes these alone. Needs a redis-server for the feature store.

import { messageOf, systemClock } from '@flightdeck/core';
import { loadModel } from '@flightdeck/training/catalogue';
import pc from 'picocolors';
import type { CliContext } from '../apps/cli/src/context.ts';
import { daysForRedis, findScenario, runDrill } from '../apps/cli/src/drill/drill.ts';
import { ownKit } from '../apps/cli/src/drill/kit.ts';
import { type DrillOutcome, itemOf } from '../apps/cli/src/drill/outcome.ts';
import { type DrillKind, day, kindOf, policyOf, timelineOfOwn } from '../apps/cli/src/drill/timeline.ts';
import { readCliEnv } from '../apps/cli/src/env.ts';
import { interruptibly } from '../apps/cli/src/kit/interruption.ts';
import { listScenarios, type Scenario } from '../apps/cli/src/kit/simulator.ts';
import { replayQuietDays } from './drills/quiet-days.ts';
import { trainFlagship } from './http/flagship.ts';
import { report, timed, withTemporaryHome } from './measure.ts';

const asked = process.argv.slice(2);
const patience = 60;

/** Kits that are drilled side by side: the one with the feature store waits for the clock most of the time. */
const lanes: readonly (readonly DrillKind[])[] = [['store'], ['rows', 'days', 'labels']];

interface Row {
  readonly scenario: string;
  readonly expects: string;
  readonly detected: DrillOutcome['detected'];
  readonly recovered: DrillOutcome['recovered'];
  readonly falseAlarms: number | null;
  readonly seconds: number;
  /** Why it could not be drilled to its end. */
  readonly problem?: string;
}

await withTemporaryHome(async (home) => {
  const model = await loadModel('flight-delay');
  const scenarios = await (asked.length === 0
    ? listScenarios(model.name)
    : Promise.all(asked.map((name) => findScenario(model.name, name))));
  await trainFlagship(home);

  const { seconds, result } = await timed(() =>
    interruptibly(async (signal) => {
      const rows = Promise.all(
        lanes.map(async (kinds) => {
          const drilled: Row[] = [];
          for (const kind of kinds) {
            const own = scenarios.filter((scenario) => kindOf(scenario) === kind);
            if (own.length > 0) drilled.push(...(await drillOn(kind, own, home, signal)));
          }
          return drilled;
        }),
      );
      const drilled = (await rows).flat();
      const quiet = asked.length === 0 ? await quietDays(home, signal) : null;
      return { drilled, quiet };
    }),
  );
  const { drilled, quiet } = result;
  const table = scenarios.map(({ name }) => drilled.find(({ scenario }) => scenario === name)!);
  await report(
    asked.length === 0 ? 'drills' : 'drills-subset',
    { seconds, scenarios: table, quiet },
    {
      everyFaultDetected: table.every(({ detected }) => detected !== null),
      everyAlarmGoneAfterwards: table.every(({ recovered }) => recovered !== null),
      noAlarmBeforeTheFault: table.every(({ falseAlarms }) => falseAlarms === 0),
      ...(quiet && { noAlarmInQuietDays: quiet.alarms.length === 0 }),
    },
  );
});

/** Scenarios of one kind share a kit: each has days of its own, and the events of before are posted once. */
async function drillOn(
  kind: DrillKind,
  scenarios: readonly Scenario[],
  home: string,
  signal: AbortSignal,
): Promise<Row[]> {
  const model = await loadModel('flight-delay');
  const context = contextOf(home, kind);
  let firstDay = Math.floor(Date.parse(model.split.end) / 60_000);
  const policy = policyOf(timelineOfOwn(scenarios[0]!, firstDay));
  const kit = await ownKit(context, { model, policy, withRedis: kind === 'store', rows: 0, signal });
  const drilled: Row[] = [];
  try {
    for (const [i, scenario] of scenarios.entries()) {
      const timeline = timelineOfOwn(scenario, firstDay);
      firstDay += Math.ceil((timeline.to - firstDay) / day) * day;
      const options = { patience, warm: (kind === 'store' || kind === 'labels') && i === 0 && daysForRedis };
      const drill = { context, kit, model: model.name, scenario, timeline, options, signal };
      drilled.push(await rowOf(scenario, () => runDrill(drill)));
      console.error(JSON.stringify(drilled.at(-1)));
    }
  } finally {
    await kit.close(drilled.some(({ recovered }) => recovered === null) ? 'keep' : undefined);
  }
  return drilled;
}

async function rowOf(scenario: Scenario, work: () => Promise<DrillOutcome>): Promise<Row> {
  const head = { scenario: scenario.name, expects: itemOf(scenario) };
  const started = performance.now();
  const seconds = () => Math.round(performance.now() - started) / 1000;
  try {
    const { detected, recovered, falseAlarms } = await work();
    return { ...head, detected, recovered, falseAlarms, seconds: seconds() };
  } catch (error) {
    const nothing = { detected: null, recovered: null, falseAlarms: null };
    return { ...head, ...nothing, seconds: seconds(), problem: messageOf(error) };
  }
}

/** The default policy, but for the feature that no day has in common with the training period. */
async function quietDays(home: string, signal: AbortSignal) {
  const model = await loadModel('flight-delay');
  const windows = [{ lengthMinutes: day, alarms: { drift: { unwatched: ['weekday'] } } }];
  const kit = await ownKit(contextOf(home, 'quiet'), { model, policy: { windows }, rows: 0, signal });
  try {
    return await replayQuietDays(kit, model, { patience, signal });
  } finally {
    await kit.close();
  }
}

function contextOf(home: string, name: string): CliContext {
  const env = readCliEnv({ ...process.env, FLIGHTDECK_HOME: home });
  const terminal = {
    print: () => {},
    // Without the progress of each second.
    note: (text: string) => void (text.startsWith('  ') || console.error(`${name}: ${text}`)),
    interactive: false,
    colours: pc.createColors(false),
  };
  return { env, terminal, clock: systemClock };
}
