// The rollout: shadow, canary steps, full. `advance` looks at the evidence and says what follows from it; it is a pure function, so that
// the same evidence always leads to the same decision, and asking twice changes nothing.

import { FlightdeckError } from '@flightdeck/core';
import type { Evidence } from './evidence.ts';
import { type RolloutPolicy, type Stage, stagesOf } from './rollout-policy.ts';
import { hasEnded, type Place, type RolloutDecision, type RolloutState, stageOf } from './rollout-state.ts';
import { judgeStage, type StageVerdict } from './stage-verdict.ts';
import { count, percent, undecided } from './verdict.ts';

export interface RolloutStep {
  readonly state: RolloutState;
  readonly decision: RolloutDecision;
}

/** A rollout at its first step. ROLLOUT_NEEDS_TWO_VERSIONS where the candidate is the champion. */
export function startRollout(
  about: Pick<RolloutState, 'id' | 'model' | 'champion' | 'candidate'>,
  policy: RolloutPolicy,
  by: string,
  now: number,
): RolloutStep {
  if (about.champion === about.candidate)
    throw new FlightdeckError(
      'ROLLOUT_NEEDS_TWO_VERSIONS',
      `Version ${about.champion} of ${about.model} is the champion already. Roll out another version.`,
    );
  const place = { status: 'running' as const, step: 0 };
  const state = { ...about, ...place, since: now, waitingSince: now, decisions: [] };
  const why = `Version ${about.candidate} begins at ${nameOf(stageOf(state, policy))}.`;
  return record(state, { action: 'start', by, why }, place, now);
}

/**
 * One look. A failure takes all traffic back to the champion, also from a halted rollout; a pass leads to the next step, or to full
 * traffic after the last; what stays inconclusive is held and then halted, as the policy's time-outs say. Only what changes the
 * state is recorded: a `wait` is the answer and leaves the state as it is.
 */
export function advance(
  state: RolloutState,
  evidence: Evidence,
  policy: RolloutPolicy,
  now: number,
): RolloutStep {
  if (hasEnded(state)) return unchanged(state, `The rollout has ended: ${state.status}.`, now);
  const stage = stageOf(state, policy);
  const { window } = evidence;
  // What led into this step ended when the step began, so it cannot lead out of it as well.
  const stale = window.from < state.since || window.to <= state.since;
  const judged = stale ? staleVerdict(state, evidence) : judgeStage(stage, evidence, policy);
  const seen = { ...judged, window };
  if (judged.verdict === 'fail') {
    const failed = judged.reasons.filter(({ verdict }) => verdict === 'fail').map(({ check }) => check);
    const why = `${nameOf(stage)} failed on ${failed.join(', ')}: all traffic back to version ${state.champion}.`;
    return record(
      state,
      { action: 'roll-back', why, ...seen },
      { status: 'rolled-back', step: state.step },
      now,
    );
  }
  if (state.status === 'halted')
    return unchanged(state, 'The rollout is halted: resume or abort it.', now, seen);
  if (judged.verdict === 'pass') return moveOn(state, stage, policy, seen, now);
  return waitOrHalt(state, stage, policy, seen, now);
}

/** Stops going forward; traffic stays as it is, and a failure still rolls back. */
export function haltRollout(state: RolloutState, by: string, why: string, now: number): RolloutStep {
  refuseEnded(state);
  return record(state, { action: 'halt', by, why }, { status: 'halted', step: state.step }, now);
}

/** Goes on with the step it was halted at. ROLLOUT_NOT_HALTED where there is nothing to resume. */
export function resumeRollout(state: RolloutState, by: string, why: string, now: number): RolloutStep {
  if (state.status !== 'halted')
    throw new FlightdeckError(
      'ROLLOUT_NOT_HALTED',
      `Rollout ${state.id} is ${state.status}; only a halted one is resumed.`,
    );
  return record(state, { action: 'resume', by, why }, { status: 'running', step: state.step }, now);
}

/** Ends it: all traffic back to the champion. */
export function abortRollout(state: RolloutState, by: string, why: string, now: number): RolloutStep {
  refuseEnded(state);
  return record(state, { action: 'abort', by, why }, { status: 'aborted', step: state.step }, now);
}

function refuseEnded(state: RolloutState): void {
  if (hasEnded(state))
    throw new FlightdeckError(
      'ROLLOUT_ENDED',
      `Rollout ${state.id} has ended: ${state.status}. Start another one.`,
    );
}

type Seen = StageVerdict & Pick<RolloutDecision, 'window'>;

function moveOn(
  state: RolloutState,
  stage: Stage,
  policy: RolloutPolicy,
  seen: Seen,
  now: number,
): RolloutStep {
  const next = stagesOf(policy)[state.step + 1];
  const passed = `${nameOf(stage)} passed every check that it had to`;
  return next
    ? record(
        state,
        { action: 'advance', why: `${passed}: on to ${nameOf(next)}.`, ...seen },
        { status: 'running', step: state.step + 1 },
        now,
      )
    : record(
        state,
        { action: 'promote', why: `${passed}: all traffic to version ${state.candidate}.`, ...seen },
        { status: 'full', step: state.step },
        now,
      );
}

function waitOrHalt(
  state: RolloutState,
  stage: Stage,
  { timeouts }: RolloutPolicy,
  seen: Seen,
  now: number,
): RolloutStep {
  const minutes = (now - state.waitingSince) / 60_000;
  const open = `${nameOf(stage)} has been inconclusive for ${count(Math.floor(minutes))} minutes`;
  const at = (status: Place['status']) => ({ status, step: state.step });
  if (minutes >= timeouts.haltAfterMinutes)
    return record(
      state,
      { action: 'halt', why: `${open}: a person must decide.`, ...seen },
      at('halted'),
      now,
    );
  if (minutes >= timeouts.holdAfterMinutes && state.status === 'running')
    return record(
      state,
      { action: 'hold', why: `${open}: it goes on, but look at it.`, ...seen },
      at('held'),
      now,
    );
  return unchanged(state, `${open}.`, now, seen);
}

function staleVerdict(state: RolloutState, { window }: Evidence): StageVerdict {
  const [from, to] = [window.from, window.to].map((at) => seconds(at - state.since));
  const message = `The evidence is from ${from} to ${to} s of the step, so it is not of this step alone.`;
  return { verdict: 'inconclusive', reasons: [undecided('evidence', message, state.since, 0)] };
}

function seconds(milliseconds: number): string {
  return count(Math.round(milliseconds / 1_000));
}

type Move = Pick<RolloutDecision, 'action' | 'why'> & Partial<RolloutDecision>;

function unchanged(state: RolloutState, why: string, now: number, seen?: Seen): RolloutStep {
  return { state, decision: decide(state, { action: 'wait', why, ...seen }, state, now) };
}

function record(state: RolloutState, what: Move, to: Place, now: number): RolloutStep {
  const decision = decide(state, what, to, now);
  const since = Math.max(now, what.window?.to ?? now);
  const begins = to.step === state.step ? {} : { since, waitingSince: since };
  const again = what.action === 'resume' ? { waitingSince: now } : {};
  return {
    state: { ...state, ...to, ...begins, ...again, decisions: [...state.decisions, decision] },
    decision,
  };
}

function decide(state: Place, what: Move, to: Place, now: number): RolloutDecision {
  const place = ({ status, step }: Place) => ({ status, step });
  return {
    at: now,
    by: 'controller',
    verdict: null,
    window: null,
    reasons: [],
    ...what,
    from: place(state),
    to: place(to),
  };
}

function nameOf(stage: Stage): string {
  return stage.kind === 'shadow' ? `shadow of ${percent(stage.rate)}` : `canary of ${percent(stage.share)}`;
}
