// A replay in which nothing is wrong: days that the model has never seen, of the season it was trained in, judged by the policy as it
// comes. Every item of every report counts, not only one.

import { setTimeout as delay } from 'node:timers/promises';
import { itemsOf, type Report, reportSchema } from '@flightdeck/monitoring';
import type { ModelDefinition } from '@flightdeck/training';
import type { DrillKit } from '../../apps/cli/src/drill/kit.ts';
import { iso } from '../../apps/cli/src/drill/timeline.ts';
import { replay } from '../../apps/cli/src/kit/simulator.ts';

const day = 1_440;
const days = 10;
const secondsPerDay = 3;

export interface QuietDays {
  readonly from: string;
  /** Windows with a report that was made once their labels were there. */
  readonly windows: number;
  readonly items: number;
  /** Of windows that stood alone; the policy wants two in a row for drift and quality. */
  readonly exceeding: number;
  readonly alarms: readonly { readonly window: string; readonly item: string; readonly message: string }[];
}

/** Replays the first days of the model's test period, and a day more, so that all their labels are known. */
export async function replayQuietDays(
  kit: DrillKit,
  model: ModelDefinition,
  { patience, signal }: { patience: number; signal: AbortSignal },
): Promise<QuietDays> {
  const from = Date.parse(model.split.test) / 60_000;
  const plan = {
    ...{ model: model.name, url: kit.url, warm: true, drain: false },
    ...{ from: iso(from), to: iso(from + (days + 1.5) * day), speed: (day * 60) / secondsPerDay },
    ...{ rowsPerRequest: 16, share: 0.25, tickMinutes: 5 },
  };
  await replay(kit.env, plan, { signal, onMessage: () => {} });
  const deadline = performance.now() + patience * 1_000;
  const matured = async () => (await reportsOf(kit, model.name)).filter(isMatured);
  while ((await matured()).length < days && performance.now() < deadline)
    await delay(500, undefined, { signal });

  const reports = await matured();
  const items = reports.flatMap((report) => itemsOf(report).map((item) => ({ report, ...item })));
  return {
    from: iso(from),
    windows: reports.length,
    items: items.length,
    exceeding: items.filter(({ streak }) => streak > 0).length,
    alarms: items
      .filter(({ verdict }) => verdict === 'drifted' || verdict === 'degraded')
      .map(({ report, item, message }) => ({ window: iso(report.window.from / 60_000), item, message })),
  };
}

async function reportsOf({ registry }: DrillKit, model: string): Promise<Report[]> {
  const found = await registry.reports.list({ endpoint: model, limit: 500 });
  return found.map(({ content }) => reportSchema.parse(content));
}

function isMatured({ madeAt, window }: Report): boolean {
  return madeAt >= window.to + day * 60_000;
}
