// Plays the loop: spring is replayed against a server, the controller reports, decides, has a version made and rolls it out; then a bad
// one is brought in. The replay stops where a real day would leave time; whatever is decided, the controller decides.

import { join } from 'node:path';
import { FlightdeckError } from '@flightdeck/core';
import type { Decision, Procedure } from '@flightdeck/registry';
import type { CliContext } from '../../context.ts';
import { registerBadCandidate } from '../../drill/bad-candidate.ts';
import { rolloutOf } from '../../drill/watch.ts';
import { count, duration } from '../../figures.ts';
import { type ReplayMessage, type ReplaySummary, replay } from '../../kit/simulator.ts';
import { take } from '../../progress.ts';
import { lineOf } from '../../simulate.ts';
import { type ControlRoom, controlRoom } from './control-room.ts';
import type { LoopKit } from './loop-kit.ts';
import { day, type LoopPlan, rolloutSpeed, shape } from './plan.ts';

export interface Play {
  readonly context: CliContext;
  readonly kit: LoopKit;
  readonly model: string;
  readonly plan: LoopPlan;
  readonly signal: AbortSignal;
}

/** What happened, as far as the registry does not tell it. */
export interface Played {
  readonly trigger: 'alarm' | 'person';
  /** How the job ended, where it did not make a version. */
  readonly jobFailure: string | null;
  readonly candidate: number | null;
  readonly bad: { readonly version: number; readonly at: number; readonly registeredAt: string };
  /** Minutes since 1970 UTC. */
  readonly until: number;
  readonly replayed: { readonly predictions: number; readonly events: number; readonly seconds: number };
}

/** So many days are waited for a rollout to end, before a person would be asked. */
const rolloutDays = { candidate: 8, bad: 4 };

/** LOOP_NO_TRAFFIC where the dataset has no rows after the model's test; LOOP_STUCK; CHILD_FAILED. */
export async function play(options: Play): Promise<Played> {
  const { kit, model, plan, signal } = options;
  const room = controlRoom(kit, model, signal);
  const tape = openTape(options);
  const trigger = await untilDecided(options, room, tape);
  const job = await train(options, room);
  const candidate = await challengerOf(options);
  if (candidate !== null) {
    await rollOut(options, room, tape, {
      candidate,
      title: `Rolling version ${candidate} out`,
      days: rolloutDays.candidate,
    });
    await tape.replayTo(tape.at + plan.afterDays * day, `Watching for ${plan.afterDays} more days`);
    await room.caughtUp((tape.at - day) * 60_000);
  }
  const bad = await bringInBad(options, room, tape);
  await tape.finish();
  await room.caughtUp((tape.at - day) * 60_000);
  return { trigger, jobFailure: job, candidate, bad, until: tape.at, replayed: tape.replayed() };
}

type Tape = ReturnType<typeof openTape>;

/** The replay, which goes on where it has stopped. */
function openTape({ context, kit, model, plan, signal }: Play) {
  const stateFile = join(kit.env.home, 'replay.json');
  const sent = { predictions: 0, events: 0, seconds: 0 };
  const state = { at: plan.from };

  async function run(
    to: number,
    speed: number,
    drain: boolean,
    tell: (line: string) => void,
  ): Promise<ReplaySummary> {
    const { share, from } = plan;
    const range = { from: iso(from), to: iso(to), warm: true, stateFile, speed, drain };
    const { env, serving: url } = kit;
    const broken = new AbortController();
    const onMessage = (message: ReplayMessage) => {
      const line = lineOf(message);
      if (line !== null) tell(line);
    };
    const told = { signal: AbortSignal.any([signal, broken.signal]), onMessage };
    const replayed = replay(env, { model, url, share, ...shape, ...range }, told);
    const summary = await kit.watch(replayed).catch(async (error: unknown) => {
      broken.abort(error); // it would wait for a server that does not come back
      await replayed.catch(() => {});
      throw error;
    });
    sent.predictions += summary.total.predicted;
    sent.events += summary.events.sent;
    sent.seconds += summary.seconds;
    state.at = to;
    return summary;
  }

  return {
    get at() {
      return state.at;
    },
    replayed: () => ({ ...sent }),
    replayTo: (to: number, title: string, speed = 0): Promise<ReplaySummary> =>
      take(context.terminal, {
        title,
        run: (tell) => run(to, speed, false, tell),
        done: ({ total, seconds }) =>
          `${title}: ${count(total.predicted)} predictions in ${duration(seconds)}`,
      }),
    /** The labels that come later are sent as well, so that the last days are judged by all of theirs. */
    finish: () =>
      take(context.terminal, {
        title: 'Sending the last labels',
        run: (tell) => run(state.at + 60, 0, true, tell),
        done: () => 'Every label is in',
      }),
  };
}

/** Until the controller decides to train, or a person has to ask. */
async function untilDecided(options: Play, room: ControlRoom, tape: Tape): Promise<Played['trigger']> {
  const { plan, context } = options;
  await tape.replayTo(plan.from + 10, 'Posting what happened in the weeks before');
  for (const look of plan.looks) {
    const { total } = await tape.replayTo(look, `Replaying until ${iso(look).slice(0, 10)}`);
    if (total.predicted === 0) throw noTraffic(options);
    await room.caughtUp(Math.floor(look / day) * day * 60_000);
    if ((await decisionsOf(options)).length > 0) return 'alarm';
    context.terminal.note('The controller finds no reason to train or to recalibrate.');
  }
  await room.ask('a demo: nothing has raised an alarm, and the rest of the loop is to be seen');
  return 'person';
}

async function decisionsOf({ kit: { registry }, model }: Play): Promise<readonly Decision[]> {
  const decisions = await registry.decisions.list({ model, limit: 200 });
  return decisions.filter(({ kind }) => kind === 'recalibrate' || kind === 'retrain');
}

/** Waits for the job; how it failed, or null. */
async function train(options: Play, room: ControlRoom): Promise<string | null> {
  const [decision] = await decisionsOf(options);
  const noun = decision!.kind === 'retrain' ? 'retraining' : 'recalibration';
  const job = await take(options.context.terminal, {
    title: `Waiting for the ${noun}: ${decision!.reason}`,
    run: async () => room.jobEnded((await decisionsOf(options)).length),
    done: ({ state }) => `The ${noun} is ${state}`,
  });
  return job.failure?.message ?? null;
}

/**
 * The version that the job has made challenger. Where its gate is not sure of it, that is a person's to say, and the demo says what a
 * person might who wants to see it on live traffic. Null where the gate refused it, or there is none.
 */
async function challengerOf({ kit: { registry }, model, context }: Play): Promise<number | null> {
  const aliases = await registry.aliases.list(model);
  const known = aliases.find(({ alias }) => alias === 'challenger')?.to;
  if (known !== undefined) return known;
  const [latest] = await registry.versions.list(model);
  if (latest?.gate.verdict !== 'inconclusive') return null;
  const { version } = latest;
  const reason =
    'a demo: its gate finds it worse in nothing, and is not sure that it is better; traffic can tell';
  await registry.aliases.set({ model, alias: 'challenger', version, actor: 'demo', reason });
  context.terminal.note(
    `The gate is not sure of version ${version}, so nothing would follow. The demo makes it challenger, as a person may.`,
  );
  return version;
}

interface Rollout {
  readonly candidate: number;
  readonly title: string;
  readonly days: number;
}

/** Replays until the rollout has ended. One that is still undecided then is aborted, as a person would who cannot wait. */
async function rollOut(
  { kit, model }: Play,
  room: ControlRoom,
  tape: Tape,
  { candidate, title, days }: Rollout,
) {
  const running = () => kit.registry.rollouts.running(model);
  await room.until('the rollout', async () => rolloutOf(kit.registry, model, candidate));
  for (const last = tape.at + days * day; tape.at < last; ) {
    await tape.replayTo(Math.min(last, tape.at + day / 2), title, rolloutSpeed);
    await room.caughtUp((tape.at - margin) * 60_000);
    if ((await running()) === undefined) return;
  }
  const undecided = (await running()) as Procedure;
  await room.abort(undecided.id, `a demo: ${days} days have not decided it`);
  await room.until('the end of the rollout', async () =>
    (await running()) === undefined ? true : undefined,
  );
}

/** The requests that tell the time reach some hours back. */
const margin = 300;

/** What learning from flipped labels ends in, past every gate. From then on the controller is on its own. */
async function bringInBad(options: Play, room: ControlRoom, tape: Tape): Promise<Played['bad']> {
  const { kit, model, context } = options;
  await room.until('the end of what was under way', async () =>
    (await kit.registry.rollouts.running(model)) === undefined ? true : undefined,
  );
  const { to: version, at: registeredAt } = await registerBadCandidate(kit.registry, model);
  const at = tape.at;
  context.terminal.note(
    `Injected: version ${version}, a bad model, is registered past its gate and made challenger.`,
  );
  await rollOut(options, room, tape, {
    candidate: version,
    title: 'Rolling the bad model out',
    days: rolloutDays.bad,
  });
  return { version, at, registeredAt };
}

function noTraffic({ model, plan }: Play): FlightdeckError {
  return new FlightdeckError(
    'LOOP_NO_TRAFFIC',
    `The dataset of ${model} has no rows after ${iso(plan.from).slice(0, 10)}, where its test rows end, so that there is nothing to replay.`,
  );
}

export function iso(minutes: number): string {
  return new Date(minutes * 60_000).toISOString();
}
