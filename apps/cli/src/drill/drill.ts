// A drill: healthy traffic, then a fault, then healthy traffic again, against a real kit; and whether the alarm came that should, how soon,
// and whether it went.

import { FlightdeckError } from '@flightdeck/core';
import { loadModel } from '@flightdeck/training/catalogue';
import type { DrillOptions } from '../commands/drill.ts';
import { type CliContext, exitCodes, modelOrOnly } from '../context.ts';
import { interruptibly } from '../kit/interruption.ts';
import {
  listScenarios,
  type ReplayMessage,
  type ReplaySummary,
  replay,
  type Scenario,
} from '../kit/simulator.ts';
import { take } from '../progress.ts';
import { lineOf } from '../simulate.ts';
import { renderTable } from '../table.ts';
import { type DrillKit, kitHere, ownKit } from './kit.ts';
import { lookout } from './lookout.ts';
import { type DrillOutcome, describeOutcome, itemOf } from './outcome.ts';
import { day, iso, kindOf, policyOf, type Timeline, timelineHere, timelineOfOwn } from './timeline.ts';

/** Lists the scenarios of a model. */
export async function listDrills({ terminal }: CliContext, options: DrillOptions): Promise<void> {
  const scenarios = await listScenarios(modelOrOnly(options.model));
  terminal.print(
    options.json
      ? JSON.stringify(scenarios, null, 2)
      : renderTable({
          columns: ['scenario', 'alarm', 'what goes wrong'],
          rows: scenarios.map((scenario) => [scenario.name, itemOf(scenario), scenario.what]),
        }),
  );
}

/** Returns the exit code: 1 where the alarm did not come, came too early, or did not go. */
export async function drill(context: CliContext, name: string, options: DrillOptions): Promise<number> {
  const model = await loadModel(modelOrOnly(options.model));
  const scenario = await findScenario(model.name, name);
  const firstDay = Math.floor(Date.parse(options.from ?? model.split.end) / 60_000);
  const timeline = (options.here ? timelineHere : timelineOfOwn)(scenario, firstDay);
  const outcome = await interruptibly(async (signal) => {
    const { url, rows } = options;
    const kit = options.here
      ? await kitHere(context, url, signal)
      : await ownKit(context, {
          model,
          policy: policyOf(timeline),
          withRedis: kindOf(scenario) === 'store',
          rows,
          signal,
        });
    let failed = true;
    try {
      const { patience } = options;
      const warm = options.warm && (kindOf(scenario) === 'store' ? daysForRedis : true);
      const drill = { context, kit, model: model.name, scenario, timeline, signal };
      const seen = await runDrill({ ...drill, options: { warm, patience } });
      failed = !seen.passed;
      return seen;
    } finally {
      await kit.close(failed && !signal.aborted ? 'keep' : undefined);
    }
  });
  const { terminal } = context;
  terminal.print(
    options.json ? JSON.stringify(outcome, null, 2) : describeOutcome(outcome, terminal.colours),
  );
  return outcome.passed ? exitCodes.ok : exitCodes.failed;
}

/** A Redis takes the events of a month in minutes, and two days of them leave no feature a default. */
export const daysForRedis = 2;

export async function findScenario(model: string, name: string): Promise<Scenario> {
  const scenarios = await listScenarios(model);
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found) return found;
  throw new FlightdeckError(
    'USAGE',
    `${model} has no scenario ${name}. It has ${scenarios.map((scenario) => scenario.name).join(', ')}.`,
  );
}

export interface Drill {
  readonly context: CliContext;
  readonly kit: DrillKit;
  readonly model: string;
  readonly scenario: Scenario;
  readonly timeline: Timeline;
  readonly options: { readonly warm: boolean | number; readonly patience: number };
  readonly signal: AbortSignal;
}

/** One drill against a kit that is up. */
export async function runDrill(drill: Drill): Promise<DrillOutcome> {
  const { context, kit, model, scenario, timeline, options, signal } = drill;
  const watched = { kit, model, scenario, timeline };
  const seen = lookout({ ...watched, patienceSeconds: options.patience, signal });
  const summary = await take(context.terminal, {
    title: `Drilling ${scenario.name}: ${scenario.what}`,
    async run(tell) {
      const looking = seen.look();
      looking.catch(() => {}); // it is heard of when the replay has ended
      try {
        const summary = await replayFault(drill, async (message) => {
          const line = message.kind === 'ask' ? null : lineOf(message);
          if (line !== null) tell(line);
          await seen.hear(message);
        });
        tell('Waiting for what the controller says');
        await seen.settle();
        return summary;
      } finally {
        seen.stop();
        await looking;
      }
    },
    done: () => `Drilled ${scenario.name}`,
  });
  const { falseAlarms, detected, recovered } = seen.result();
  return {
    scenario: scenario.name,
    what: scenario.what,
    model,
    expects: itemOf(scenario),
    falseAlarms,
    detected,
    recovered,
    passed: falseAlarms === 0 && detected !== null && recovered !== null,
    fault: { from: iso(timeline.faultFrom), to: iso(timeline.faultTo) },
    replay: summary,
  };
}

function replayFault(
  { kit, model, scenario, timeline, options, signal }: Drill,
  onMessage: (message: ReplayMessage) => Promise<void>,
): Promise<ReplaySummary> {
  const { from, to, faultFrom, faultTo, windowMinutes, secondsPerWindow } = timeline;
  const scenarios = [{ name: scenario.name, from: iso(faultFrom), to: iso(faultTo) }];
  const speed = (windowMinutes * 60) / secondsPerWindow;
  const range = { from: iso(from), to: iso(to), warm: options.warm, drain: false, speed };
  const shape = windowMinutes < day ? { rowsPerRequest: 16 } : longShape;
  const plan = { model, url: kit.url, ...range, ...shape, ...damageable(kit), scenarios };
  return replay(kit.env, plan, { signal, onMessage });
}

/** Without its Redis serving takes no events, and a closed loop would wait for that and ask for nothing. */
function damageable({ redis }: DrillKit): object {
  if (redis === undefined) return {};
  const proxy = { port: redis.proxyPort, target: `127.0.0.1:${redis.port}` };
  return { loop: 'open', inFlight: 32, proxy, redisPid: redis.pid() };
}

/** Of days not every row is needed, and minutes may be taken together. */
const longShape = { rowsPerRequest: 16, share: 0.25, tickMinutes: 5 };
