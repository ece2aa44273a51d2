// The prediction log of a seeded kit: what a demo's requests were, again and again, three weeks of event time later each time, answered
// by the versions that the seed registers. Written by the log's own writer, and the labels by their store.

import { systemClock } from '@flightdeck/core';
import { type LogLayout, openLabelStore, openPredictionLog, predictionIds } from '@flightdeck/monitoring/log';
import type { DemoLog, DemoRequest } from './demo-log.ts';

/** Whole weeks, so that windows lie on it as they lie on the demo: what was reported of one is what would be reported of the other. */
export function shiftOf(demo: DemoLog): number {
  const week = 7 * 86_400_000;
  const times = demo.requests.flatMap(({ eventTime }) => [eventTime[0]!, eventTime.at(-1)!]);
  return (Math.ceil((Math.max(...times) - Math.min(...times)) / week) + 1) * week;
}

/** One time over. */
export interface Repeat {
  /** From 1. */
  readonly number: number;
  /** By the demo's. */
  readonly versions: ReadonlyMap<number, number>;
}

/** The last one ends now. */
export async function seedLog(
  home: string,
  model: string,
  demo: DemoLog,
  repeats: readonly Repeat[],
): Promise<void> {
  const end = systemClock();
  for (const [index, repeat] of repeats.entries()) {
    const later = end - demo.lastAt - (repeats.length - 1 - index) * (demo.spanMs + 1_000);
    await seedRepeat(home, model, demo, repeat, later);
  }
}

async function seedRepeat(home: string, model: string, demo: DemoLog, repeat: Repeat, later: number) {
  const ids = predictionIds();
  const log = openPredictionLog({ home, token: ids.token, maxBytes: 1e12, maxDays: 1e5 });
  const store = openLabelStore({ home, maxDays: 1e5, clock: systemClock });
  const shift = repeat.number * shiftOf(demo);
  const layouts = new Map<string, LogLayout>();
  let labels: Label[] = [];
  for (const one of demo.requests) {
    const version = repeat.versions.get(one.version);
    if (version === undefined) continue;
    const variant = one.variant === String(one.version) ? String(version) : one.variant;
    const key = `${version} ${variant}`;
    const layout = layouts.get(key) ?? {
      endpoint: demo.endpoint,
      model,
      version,
      variant,
      columns: demo.columns,
    };
    layouts.set(key, layout);
    const request = ids.nextRequest();
    log.append({
      ...one,
      layout,
      request,
      requestId: `seed-${ids.prefix(request)}`,
      eventTime: one.eventTime.map((time) => time + shift),
      at: one.at + later,
    });
    labels.push(...labelsOf(one, ids.prefix(request), shift));
    if (labels.length < 5_000) continue;
    await log.flush();
    await store.append(model, labels, 'seed');
    labels = [];
  }
  await log.close();
  await store.append(model, labels, 'seed');
  await store.close();
}

type Label = Parameters<ReturnType<typeof openLabelStore>['append']>[1][number];

function labelsOf({ label, knownAt }: DemoRequest, prefix: string, shift: number): Label[] {
  return [...label].flatMap((value, row) =>
    Number.isNaN(value)
      ? []
      : { predictionId: `${prefix}${row}`, label: value === 1 ? 1 : 0, knownAt: knownAt[row]! + shift },
  );
}
