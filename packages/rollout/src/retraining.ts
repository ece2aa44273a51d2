// Whether to train, to recalibrate, or to leave the model alone, and why. Input drift alone is information: covariates drift all the time
// while quality holds. Training costs minutes and risks a worse model; a new calibration costs seconds.

import { findQuality, type QualityFinding } from './quality-finding.ts';
import type { RetrainingAction, RetrainingEvidence, RetrainingPolicy, Trigger } from './retraining-policy.ts';
import { count } from './verdict.ts';

export interface RetrainingDecision {
  readonly at: number;
  readonly action: RetrainingAction['action'] | 'skip';
  /** One sentence; the reasons have the numbers. */
  readonly why: string;
  readonly reasons: readonly string[];
  /** Ids of the triggers that this answers, be it by doing nothing. */
  readonly triggers: readonly string[];
}

/**
 * One decision for all triggers that no action has answered yet, however many. Nothing starts while something is under way, during the
 * cooldown, or beyond the day's budget; only a person is above the last two.
 */
export function decideRetraining(
  { triggers, quality }: RetrainingEvidence,
  policy: RetrainingPolicy,
  history: readonly RetrainingAction[],
  now: number,
): RetrainingDecision {
  const answered = new Set(history.flatMap((past) => past.triggers));
  const open = [...new Map(triggers.map((trigger) => [trigger.id, trigger])).values()].filter(
    ({ id }) => !answered.has(id),
  );
  const finding = findQuality(quality, policy.quality);
  const wish = wishOf(open, finding);
  const obstacle = wish.action === 'skip' ? undefined : obstacleTo(wish, policy, history, now);
  return {
    at: now,
    action: obstacle === undefined ? wish.action : 'skip',
    why: obstacle === undefined ? wish.why : `${wish.why} But ${obstacle}`,
    reasons: finding.reasons,
    triggers: open.map(({ id }) => id),
  };
}

interface Wish {
  readonly action: RetrainingDecision['action'];
  readonly why: string;
  readonly byPerson?: true;
}

/** What should happen, if nothing stood in the way. The order is the order of weight. */
function wishOf(open: readonly Trigger[], finding: QualityFinding): Wish {
  const person = open.findLast((trigger) => trigger.source === 'person');
  if (person)
    return { action: person.action, why: `${person.by} asked to ${person.action}.`, byPerson: true };
  if (open.length === 0) return { action: 'skip', why: 'No trigger that is not answered yet.' };
  if (!finding.known && finding.labels === 'suspect')
    return {
      action: 'skip',
      why: 'The labels look flipped, and a model would learn them so: a person must look at them.',
    };
  if (finding.known && finding.ranking === 'decayed')
    return { action: 'retrain', why: 'Ranking has decayed, which only training mends.' };
  if (open.some(({ source }) => source === 'schedule'))
    return { action: 'retrain', why: 'The schedule says so.' };
  if (finding.known && finding.calibration === 'decayed')
    return { action: 'recalibrate', why: 'Calibration alone has drifted: a new one shares the network.' };
  return wishForDrift(open, finding);
}

function wishForDrift(open: readonly Trigger[], finding: QualityFinding): Wish {
  const drifts = open.filter((trigger) => subjectOf(trigger) === 'drift').length;
  if (drifts === 0) {
    const doubt = finding.known ? 'which the labels do not bear out' : 'which too few labels can bear out';
    return { action: 'skip', why: `${count(open.length)} alarms on quality, ${doubt}.` };
  }
  return finding.known
    ? {
        action: 'skip',
        why: 'Inputs have drifted and quality has not decayed for it: information, not a trigger.',
      }
    : { action: 'retrain', why: 'Inputs have drifted, and there are no labels to say that quality holds.' };
}

function subjectOf(trigger: Trigger): string {
  return trigger.source === 'alert' ? trigger.about : trigger.source;
}

function obstacleTo(
  { action, byPerson }: Wish,
  policy: RetrainingPolicy,
  history: readonly RetrainingAction[],
  now: number,
): string | undefined {
  const underWay = history.find(({ active }) => active);
  if (underWay) return `a ${nouns[underWay.action]} is under way since ${timeOf(underWay.at)}.`;
  if (byPerson || action === 'skip') return undefined;
  const { cooldownMinutes, perDay } = policy[action];
  const until = Math.max(...history.map(({ at }) => at)) + cooldownMinutes * 60_000;
  if (now < until) return `the last action cools down until ${timeOf(until)}.`;
  const today = history.filter((past) => past.action === action && past.at > now - 86_400_000).length;
  if (today >= perDay) return `the budget of ${perDay} in 24 hours is spent.`;
  return undefined;
}

const nouns = { retrain: 'retraining', recalibrate: 'recalibration' };

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
