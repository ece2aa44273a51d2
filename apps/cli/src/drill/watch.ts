// What a drill waits for, read off the registry like by anybody else: the item of a report that raises its alarm and goes quiet again;
// of a bad candidate, the rollout that fails.

import { itemsOf, type Report, reportSchema } from '@flightdeck/monitoring';
import type { Procedure, Registry } from '@flightdeck/registry';
import { type RolloutState, rolloutStateSchema } from '@flightdeck/rollout';
import { z } from 'zod';
import type { Timeline } from './timeline.ts';

/** Event time in milliseconds, as in reports. */
export interface Sign {
  readonly at: number;
  readonly message: string;
}

export interface Signs {
  readonly falseAlarms: number;
  readonly alarm: Sign | null;
  readonly recovery: Sign | null;
}

const minute = 60_000;

/** The signs of an item in the reports that there are by now. */
export async function signsInReports(
  { reports }: Registry,
  { model, item, timeline }: { model: string; item: string; timeline: Timeline },
): Promise<Signs> {
  const { windowMinutes, judgedFrom, faultFrom, faultTo, reachesBack } = timeline;
  const judged = (await reports.list({ endpoint: model, limit: 500 }))
    .map(({ content }) => reportSchema.parse(content))
    .filter(
      ({ window }) =>
        window.to - window.from === windowMinutes * minute && window.from >= judgedFrom * minute,
    )
    .sort((a, b) => a.window.from - b.window.from)
    .map((report) => ({ report, found: itemsOf(report).find((one) => one.item === item) }));
  const isAlarm = (verdict: string | undefined) => verdict === 'drifted' || verdict === 'degraded';
  const hit = judged.filter(
    ({ report: { window } }) =>
      window.to > (faultFrom - reachesBack) * minute && window.from < faultTo * minute,
  );
  const alarm = hit.find(({ found }) => isAlarm(found?.verdict));
  const recovery = judged.find(
    ({ report, found }) => report.window.from >= faultTo * minute && found?.verdict === 'ok',
  );
  const before = judged.filter(({ report }) => report.window.to <= (faultFrom - reachesBack) * minute);
  return {
    falseAlarms: before.filter(({ found }) => isAlarm(found?.verdict)).length,
    alarm: alarm ? signOf(alarm) : null,
    recovery: alarm && recovery ? signOf(recovery) : null,
  };
}

function signOf({ report, found }: { report: Report; found: { message: string } | undefined }): Sign {
  return { at: report.madeAt, message: found!.message };
}

/** The signs of a candidate's rollout. */
export async function signsInRollout(
  registry: Registry,
  { model, candidate }: { model: string; candidate: number },
): Promise<Signs> {
  const state = await rolloutOf(registry, model, candidate);
  const last = state?.decisions.at(-1);
  const alarm = last?.action === 'roll-back' ? { at: last.at, message: last.why } : null;
  const { traffic, shadows } = await registry.endpoints.get(model);
  const isChampionAlone = traffic.length === 1 && traffic[0]!.target === 'champion' && shadows.length === 0;
  const message = 'All traffic is with the champion, and nobody is asked in the shadow.';
  return { falseAlarms: 0, alarm, recovery: alarm && isChampionAlone ? { at: alarm.at, message } : null };
}

export async function rolloutOf(
  { rollouts }: Registry,
  endpoint: string,
  candidate: number,
): Promise<RolloutState | undefined> {
  return (await rollouts.list({ endpoint })).map(stateOf).find((state) => state.candidate === candidate);
}

function stateOf({ content }: Procedure): RolloutState {
  return z.object({ state: rolloutStateSchema }).parse(content).state;
}
