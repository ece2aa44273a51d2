// The simulator process: replays what SIMULATOR_PLAN says and ends with a summary. It talks in JSON, see messages.ts.
// With the argument `scenarios MODEL` it lists the scenarios of a model instead.
// Exit codes: 0 replayed, or stopped as asked; 1 failed; 2 wrong environment or plan; 130 told to stop twice.

import { once } from 'node:events';
import { FlightdeckError, systemClock } from '@flightdeck/core';
import { openDatabase } from '@flightdeck/dataset';
import { loadModel } from '@flightdeck/training/catalogue';
import { startChaosProxy } from './chaos-proxy.ts';
import type { Turn } from './controls.ts';
import { openDatasetSource } from './dataset-source.ts';
import { readSimulatorEnv, type SimulatorEnv } from './env.ts';
import { type Message, reply } from './messages.ts';
import { parsePlan } from './replay-plan.ts';
import { scenariosOf } from './scenarios.ts';
import { simulate } from './simulate.ts';
import { realTime } from './time.ts';
import { openTransport } from './transport.ts';

const usageErrors = new Set(['ENV_INVALID', 'PLAN_INVALID', 'SCENARIO_UNKNOWN', 'MODEL_UNKNOWN']);
/** Twice what serving allows itself for a request. */
const requestTimeoutMs = 10_000;
let told = Promise.resolve();

try {
  const [command, model] = process.argv.slice(2);
  if (command === 'scenarios' && model !== undefined) await listScenarios(model);
  else await replay(readSimulatorEnv(process.env));
  await told;
  process.exit(0);
} catch (error) {
  console.error(error instanceof FlightdeckError ? `${error.code}: ${error.message}` : error);
  process.exit(error instanceof FlightdeckError && usageErrors.has(error.code) ? 2 : 1);
}

async function listScenarios(model: string): Promise<void> {
  const { features } = await loadModel(model);
  const scenarios = scenariosOf(features).map(({ fault: _fault, ...scenario }) => scenario);
  console.log(JSON.stringify(scenarios, null, 2));
}

async function replay(env: SimulatorEnv): Promise<void> {
  const plan = parsePlan(env.SIMULATOR_PLAN);
  const signal = untilToldToStop();
  const { dataset, features } = await loadModel(plan.model);
  const proxy = plan.proxy && (await startChaosProxy({ ...plan.proxy, time: realTime }));
  tell({ kind: 'ready', proxy: proxy?.address ?? null });

  const transport = openTransport({
    url: plan.url,
    connections: plan.inFlight + 2, // events and labels have one each
    key: env.SIMULATOR_KEY,
    timeoutMs: requestTimeoutMs,
  });
  const database = await openDatabase({ memoryLimit: '500MB' });
  try {
    const source = await openDatasetSource(
      database,
      { dataset, features },
      { home: env.FLIGHTDECK_HOME, clock: systemClock },
    );
    const summary = await simulate({
      plan,
      view: features,
      source,
      post: transport.post,
      time: realTime,
      world: { proxy, redisPid: plan.redisPid, ask: (turn) => askParent(turn, signal) },
      tell,
      signal,
    });
    tell({ kind: 'summary', summary });
  } finally {
    transport.close();
    await Promise.all([database.close(), proxy?.close()]);
  }
}

/** To stdout, and to the process that started this one. */
function tell(message: Message): void {
  console.log(JSON.stringify(message));
  if (process.connected) told = new Promise((resolve) => process.send!(message, () => resolve()));
}

/** Waits for the answer of the process that started this one; without one, nobody is there to do anything. */
async function askParent({ scenario, state }: Turn, signal: AbortSignal): Promise<void> {
  tell({ kind: 'ask', scenario, state });
  for (let done = !process.connected; !done; ) {
    const [answer] = await once(process, 'message', { signal });
    const { data } = reply.safeParse(answer);
    done = data?.scenario === scenario && data.state === state;
  }
}

/** Aborts at a signal, or when the process that started this one is gone. A second signal does not wait. */
function untilToldToStop(): AbortSignal {
  const told = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      process.on(signal, () => process.exit(130));
      told.abort(new Error(signal));
    });
  }
  if (process.connected) process.once('disconnect', () => told.abort(new Error('its parent is gone')));
  return told.signal;
}
