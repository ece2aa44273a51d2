// A replay from its plan to its summary: puts schedule, pace, faults and delivery together.

import { hashOf, seededRandom } from '@flightdeck/core';
import { type Checkpoints, keepCheckpoints } from './checkpoints.ts';
import { controlOf, type World } from './controls.ts';
import { openDelivery } from './delivery.ts';
import { changesOf, latestLabelDelay, type TimedFault } from './faults.ts';
import type { FeatureView } from './known-columns.ts';
import { isoTime, type Message } from './messages.ts';
import { countOutcome, type Outcome, type Summary } from './outcome.ts';
import { keepPace } from './pace.ts';
import { openPhases } from './phases.ts';
import { openPlayer, type Player } from './player.ts';
import type { ReplayPlan } from './replay-plan.ts';
import type { ReplaySource } from './replay-source.ts';
import { type ReplayState, readState } from './replay-state.ts';
import { timedFaultOf } from './scenarios.ts';
import { scheduleOf, type Tick } from './schedule.ts';
import type { Time } from './time.ts';
import type { Post } from './transport.ts';
import { reachOf } from './warm-up.ts';

export interface SimulateOptions {
  readonly plan: ReplayPlan;
  readonly view: FeatureView;
  readonly source: ReplaySource;
  readonly post: Post;
  readonly time: Time;
  readonly world: World;
  readonly tell: (message: Message) => void;
  /** Ends the replay where it is; its summary says how far it has got. */
  readonly signal: AbortSignal;
}

/**
 * Throws SCENARIO_UNKNOWN, PLAN_INVALID, STATE_OF_ANOTHER_REPLAY or STATE_UNREADABLE before anything is sent, and later what
 * delivery.ts throws. Whatever it throws, the state file is whole, and a replay with the same plan goes on from there.
 */
export async function simulate(options: SimulateOptions): Promise<Summary> {
  const { plan, view, source, time, signal } = options;
  const reach = plan.warm === true ? reachOf(view) : Number(plan.warm) * 1440;
  const rowsFrom = plan.warm ? plan.from - reach : Number.NEGATIVE_INFINITY;
  const replay = replayId(plan, source);
  const stored = plan.stateFile === undefined ? null : await readState(plan.stateFile, replay);
  const state = stored ?? { position: plan.warm ? rowsFrom : plan.from, predictions: [] };
  const faults = await faultsOf(options);

  const broken = new AbortController();
  const stop = AbortSignal.any([signal, broken.signal]);
  const outcome = countOutcome();
  const fail = (error: unknown) => broken.abort(error);
  const { player, phases } = assemble(options, { state, faults, outcome, stop, fail });
  const ticks = scheduleOf(source, {
    rowsFrom,
    startAt: state.position,
    predictFrom: plan.from,
    to: plan.to,
    slack: latestLabelDelay(faults),
    seed: plan.seed,
    share: plan.share,
    tickMinutes: plan.tickMinutes,
    changes: changesOf(faults, plan.seed),
  });
  const { stateFile } = plan;
  const checkpoints = keepCheckpoints({ position: state.position, player, replay, stateFile, time });
  const run = watchRun(plan, time);
  let complete = false;
  try {
    await playAll(ticks, { ...options, player, outcome, checkpoints, stop, fail, run });
    complete = true;
  } catch (error) {
    if (!signal.aborted) throw error;
    // Told to stop while serving is away, what is under way cannot be settled: the last checkpoint holds.
    await checkpoints.save().catch(() => {});
  } finally {
    await phases.endAll();
  }
  return outcome.summary({ complete, position: isoTime(checkpoints.position), ...run.figures() });
}

/** What decides which rows are replayed, and as what. Another end, speed or scenario is still the same replay. */
function replayId({ model, from, seed, share, tickMinutes, warm }: ReplayPlan, source: ReplaySource): string {
  return hashOf({ model, from, seed, share, tickMinutes, warm, source: source.version });
}

async function faultsOf({ plan, view, source }: SimulateOptions): Promise<TimedFault[]> {
  if (plan.scenarios.length === 0) return [];
  const span = { rowsFrom: plan.from, startAt: plan.from, to: plan.to, slack: 0 };
  for await (const { instance } of source.rows(span))
    return plan.scenarios.map((scenario) => timedFaultOf(view, scenario, instance));
  return [];
}

interface Run {
  readonly state: Omit<ReplayState, 'replay'>;
  readonly faults: readonly TimedFault[];
  readonly outcome: Outcome;
  readonly stop: AbortSignal;
  /** For what fails while nobody waits for it. */
  readonly fail: (error: unknown) => void;
}

function assemble(options: SimulateOptions, { state, faults, outcome, stop, fail }: Run) {
  const { plan, post, time, world, tell } = options;
  const { url, patienceMs, seed, speed } = plan;
  const pace = keepPace(speed, time, stop);
  const phases = openPhases({
    scenarios: faults.map((fault) => ({ fault, control: controlOf(fault, plan, world) })),
    predictFrom: plan.from,
    pace,
    outcome,
    tell: ({ at, ...turn }) => tell({ kind: 'scenario', ...turn, at: isoTime(at) }),
    onError: fail,
  });
  const random = seededRandom(seed);
  const deliver = openDelivery({ post, url, time, random, outcome, patienceMs, signal: stop, tell });
  const player = openPlayer({ plan, state, deliver, time, pace, phases, outcome });
  return { player, phases };
}

interface Playing extends SimulateOptions {
  readonly player: Player;
  readonly outcome: Outcome;
  readonly checkpoints: Checkpoints;
  readonly stop: AbortSignal;
  readonly fail: (error: unknown) => void;
  readonly run: ReturnType<typeof watchRun>;
}

async function playAll(ticks: AsyncIterable<Tick>, playing: Playing): Promise<void> {
  const { plan, player, outcome, checkpoints, stop, fail, run, tell } = playing;
  for await (const tick of ticks) {
    if (tick.at >= plan.to && !plan.drain) break;
    stop.throwIfAborted();
    run.reached(tick);
    await player.play(tick);
    if (!checkpoints.isDue()) continue;
    tell({ kind: 'progress', at: isoTime(tick.at), ...outcome.soFar() });
    const saved = checkpoints.save();
    // By schedule nothing may wait, not even for a checkpoint.
    if (plan.loop === 'closed') await saved;
    else saved.catch(fail);
  }
  await checkpoints.save();
}

/** How long a replay takes, and how fast its event time passes. */
function watchRun({ from }: ReplayPlan, time: Time) {
  const began = time.now();
  let live: { readonly at: number; readonly moment: number } | undefined;
  let reached = 0;
  return {
    reached({ at, end }: Tick): void {
      if (at < from) return;
      live ??= { at, moment: time.now() };
      reached = end;
    },
    figures() {
      const now = time.now();
      const seconds = (now - began) / 1000;
      if (live === undefined || now === live.moment) return { seconds, speed: 0 };
      return { seconds, speed: ((reached - live.at) * 60_000) / (now - live.moment) };
    },
  };
}
