// How one item is judged: enough rows, an effect that matters, no chance finding, and often enough in a row.

import type { AlarmPolicy } from './alarm-policy.ts';
import { count, finiteInterval } from './figures.ts';
import { type Item, itemsOf, type Report } from './report-schema.ts';

export interface JudgementContext {
  readonly policy: AlarmPolicy;
  /** The report of the window before, if there is one. */
  readonly previous: Report | null;
}

export interface Finding {
  readonly item: string;
  /** What was seen, as the start of a sentence: number, interval, sample size. */
  readonly seen: string;
  readonly effect: { readonly value: number; readonly low: number; readonly high: number };
  readonly threshold: number;
  /** The threshold in words: "the threshold of 0.2". */
  readonly limit: string;
  readonly rows: number;
  readonly blocks: number;
  /** Null where chance is ruled out, else why not, as the end of a sentence. */
  readonly chance: string | null;
  /** Why it cannot be judged for another reason than its size. */
  readonly obstacle?: string | null;
  readonly alarm: 'drifted' | 'degraded';
  readonly persistence: number;
}

export function judge(finding: Finding, context: JudgementContext): Item {
  const { item, effect, threshold, rows, chance, persistence, alarm } = finding;
  const before = streakBefore(item, context);
  const obstacle = obstacleOf(finding, context);
  const reaches = effect.value >= threshold;
  const exceeds = obstacle === null && chance === null && reaches;
  const streak = obstacle !== null ? before : exceeds ? before + 1 : 0;
  const isAlarm = exceeds && streak >= persistence;
  return {
    item,
    verdict: isAlarm ? alarm : obstacle === null && !reaches ? 'ok' : 'inconclusive',
    effect: finiteInterval(effect),
    threshold,
    rows,
    exceeds,
    streak,
    message: `${finding.seen}${obstacle ?? (reaches ? overLimit(finding, exceeds, streak) : `, below ${finding.limit}.`)}`,
  };
}

function streakBefore(item: string, { previous }: JudgementContext): number {
  if (previous === null) return 0;
  return itemsOf(previous).find((one) => one.item === item)?.streak ?? 0;
}

/** As the end of a sentence. */
function obstacleOf(
  { rows, blocks, effect, obstacle }: Finding,
  { policy }: JudgementContext,
): string | null {
  const { minimum, blockMinutes } = policy;
  if (rows < minimum.rows || blocks < minimum.blocks) {
    return `: too little to judge by, it takes ${count(minimum.rows)} rows in ${minimum.blocks} blocks of ${blockMinutes} min.`;
  }
  if (obstacle) return `: ${obstacle}`;
  return Number.isFinite(effect.value) ? null : ': it cannot be computed.';
}

function overLimit({ limit, persistence, chance }: Finding, exceeds: boolean, streak: number): string {
  const over = `, at or above ${limit}`;
  if (!exceeds) return `${over}, but ${chance}.`;
  if (streak < persistence)
    return `${over}: window ${streak} of the ${persistence} in a row that an alarm takes.`;
  return streak === 1 ? `${over}.` : `${over}, for ${streak} windows in a row.`;
}
