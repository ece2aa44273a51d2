// npm run chaos: SIGKILL at random moments to serving, trainer, controller and broker, of a real kit with traffic, labels, retrainings and
// rollouts under way. Nothing that was acknowledged may be lost, nothing may be done twice, and everything that was begun must end.
// CHAOS_ROUNDS (50) and CHAOS_SEED (1) may be set. Linux, with a redis-server on PATH.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '@flightdeck/core';
import { openRegistry, type Registry } from '@flightdeck/registry';
import { readCliEnv } from '../apps/cli/src/env.ts';
import { auditFlows, auditLog, auditRegistry, heldLocks, lossWindowMs } from './chaos/audit.ts';
import { type ChaosKit, type Kind, kinds, startKit } from './chaos/kit.ts';
import { startTraffic } from './chaos/traffic.ts';
import { startWork } from './chaos/work.ts';
import { trainFlagship } from './http/flagship.ts';
import { median } from './http/scenario.ts';
import { report, timed, withTemporaryHome } from './measure.ts';

const rounds = Number(process.env.CHAOS_ROUNDS ?? 50);
const seed = Number(process.env.CHAOS_SEED ?? 1);
const model = 'flight-delay';
const patienceMs = 90_000;

/** Event time goes fifty minutes a second: a recalibration wants ten days of it, and a rollout is decided in an hour or two. */
const speed = 3_000;
const policy = {
  rollout: {
    shadow: { rate: 1, minimumPairs: 100, minimumMinutes: 60, maximumDisagreement: 0.1 },
    canary: [{ share: 0.3, minimumRequests: 100, minimumMinutes: 60 }],
    service: { errorIncrease: 0.1, p99Ratio: 100 },
    // Nobody is asked to look while a process is away for a minute, which is two days.
    timeouts: { holdAfterMinutes: 14_400, haltAfterMinutes: 28_800 },
  },
  retraining: {
    quality: {
      minimumLabels: 2_000,
      minimumCoverage: 0.5,
      maximumAucLoss: 0.3,
      maximumCalibrationError: 0.3,
    },
    retrain: { cooldownMinutes: 0, perDay: 1_000 },
    recalibrate: { cooldownMinutes: 0, perDay: 1_000 },
    job: { rows: 3_000, trials: 2 },
  },
};

interface Kill {
  readonly kind: Kind;
  readonly at: number;
  /** Until another process had taken its place and did its work; null: it never did. */
  readonly recoveredMs: number | null;
}

await withTemporaryHome(async (home) => {
  const { rows } = await trainFlagship(home);
  await mkdir(join(home, 'policies'));
  await writeFile(join(home, 'policies', `${model}.json`), JSON.stringify(policy));
  const registry = await openRegistry({ home });
  const kit = await startKit(kitEnv(home));
  const random = seededRandom(seed);
  const traffic = startTraffic({
    ...{ url: kit.servingUrl, model, rows, random: seededRandom(seed + 1) },
    ...{ from: Date.parse('2001-05-01'), speed },
  });
  const work = startWork(registry, model, kit.controllerUrl);

  const { seconds, result: kills } = await timed(() => killAll(kit, random));
  await work.stop();
  const settledMs = await settle(kit, registry);
  await traffic.stop();
  const flows = await auditFlows(kit.brokerUrl);
  const notStopped = await kit.stop();
  const log = await auditLog(home, model, traffic.predictions, timesOf(kills, 'serving'));
  const kept = await auditRegistry(registry, model);
  await registry.close();
  const locks = heldLocks(home);

  const { accepted, refused, candidates } = work;
  await report(
    rounds === 50 ? 'chaos' : 'chaos-subset',
    {
      ...{ rounds, seed, seconds, lossWindowMs, kills: summaryOf(kills), settledMs },
      traffic: traffic.counts,
      ...log,
      asked: { accepted, refused, candidates: candidates.length },
      ...{ flows, registry: kept, locks, notStopped },
    },
    {
      noPredictionLostThatWasFlushed: log.predictions.lost === 0 && log.predictions.duplicate === 0,
      noLabelLost: log.labels.missing === 0 && log.labels.wrong === 0,
      noDuplicateVersion: kept.duplicateRuns.length === 0,
      everyFlowEnded: flows.unfinished.length === 0 && settledMs !== null,
      noRolloutStuck: (kept.rollouts.running ?? 0) === 0 && kept.isChampionAlone,
      noLockStuck: locks.length === 0 && notStopped.length === 0,
      everybodyCameBack: kills.every(({ recoveredMs }) => recoveredMs !== null),
    },
  );
});

function kitEnv(home: string) {
  const { PATH, HOME, TMPDIR } = process.env;
  return readCliEnv({
    ...{ PATH, HOME, TMPDIR, FLIGHTDECK_HOME: home, LOG_LEVEL: 'warn' },
  });
}

/** In each round one process, now and then two at once, at a moment of chance; the next round begins when all are back. */
async function killAll(kit: ChaosKit, random: { uniform(): number }): Promise<Kill[]> {
  const kills: Kill[] = [];
  await delay(5_000);
  for (let round = 0; round < rounds; round++) {
    await delay(1_000 + 5_000 * random.uniform());
    const first = kinds[round % kinds.length]!;
    const second = kinds[Math.floor(random.uniform() * kinds.length)]!;
    const hit = random.uniform() < 0.25 && second !== first ? [first, second] : [first];
    const sent = hit.map((kind) => ({ kind, at: kit.kill(kind) }));
    kills.push(...(await Promise.all(sent.map((one) => recovery(kit, one)))));
    console.error(`round ${round + 1}: ${kills.slice(-hit.length).map(describe).join(', ')}`);
  }
  return kills;
}

async function recovery(kit: ChaosKit, { kind, at }: { kind: Kind; at: number }): Promise<Kill> {
  for (;;) {
    if (await kit.isBack(kind)) return { kind, at, recoveredMs: performance.now() - at };
    if (performance.now() - at > patienceMs) return { kind, at, recoveredMs: null };
    await delay(50);
  }
}

function describe({ kind, recoveredMs }: Kill): string {
  return `${kind} back after ${recoveredMs === null ? 'never' : `${Math.round(recoveredMs)} ms`}`;
}

/** Milliseconds until nothing is under way any more: flows and rollouts; null where that does not come. */
async function settle({ brokerUrl }: ChaosKit, registry: Registry): Promise<number | null> {
  const started = performance.now();
  while (performance.now() - started < 2 * patienceMs) {
    const { unfinished } = await auditFlows(brokerUrl);
    if (unfinished.length === 0 && (await registry.rollouts.running(model)) === undefined)
      return Math.round(performance.now() - started);
    await delay(500);
  }
  return null;
}

function timesOf(kills: readonly Kill[], kind: Kind): number[] {
  return kills.filter((kill) => kill.kind === kind).map(({ at }) => at);
}

function summaryOf(kills: readonly Kill[]) {
  return Object.fromEntries(
    kinds.map((kind) => {
      const own = kills.filter((kill) => kill.kind === kind);
      const times = own.flatMap(({ recoveredMs }) => (recoveredMs === null ? [] : [Math.round(recoveredMs)]));
      const recoveryMs = times.length === 0 ? null : { median: median(times), longest: Math.max(...times) };
      return [kind, { kills: own.length, recoveryMs }];
    }),
  );
}
