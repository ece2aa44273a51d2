// Plays ticks against serving: predictions first, then what has happened, at the pace and in the loop that the plan asks for.

import { FlightdeckError } from '@flightdeck/core';
import type { Deliver } from './delivery.ts';
import { openLanes } from './lanes.ts';
import { type LabelToSend, openLedger } from './ledger.ts';
import { outbox } from './outbox.ts';
import type { Outcome, Refusal, Route } from './outcome.ts';
import type { Pace } from './pace.ts';
import type { Phases } from './phases.ts';
import type { ReplayPlan } from './replay-plan.ts';
import type { ReplayEvent } from './replay-source.ts';
import type { ReplayState } from './replay-state.ts';
import { eventsRequest, labelsRequest, predictRequest } from './requests.ts';
import type { Prediction, Tick } from './schedule.ts';
import type { Time } from './time.ts';

export interface Player {
  play(tick: Tick): Promise<void>;
  /** Waits until everything that was sent has been answered, and says how far it has got. */
  settle(): Promise<Omit<ReplayState, 'replay'>>;
}

export interface PlayerOptions {
  readonly plan: Pick<ReplayPlan, 'model' | 'from' | 'to' | 'loop' | 'speed' | 'inFlight' | 'rowsPerRequest'>;
  readonly state: Omit<ReplayState, 'replay'>;
  readonly deliver: Deliver;
  readonly time: Time;
  readonly pace: Pace;
  readonly phases: Phases;
  readonly outcome: Outcome;
}

/** Some 150 bytes each: well below the 2 MiB that serving takes. */
const eventsPerRequest = 1000;
const labelsPerRequest = 500;

export function openPlayer(options: PlayerOptions): Player {
  const { plan, state, deliver, time, pace, phases, outcome } = options;
  const open = plan.loop === 'open';
  const lanes = openLanes(plan.inFlight);
  const asked = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  let position = state.position;
  let begun = false;

  const labels = outbox<LabelToSend>(labelsPerRequest, sendLabels);
  const events = outbox<ReplayEvent>(eventsPerRequest, sendEvents);
  const ledger = openLedger({
    entries: state.predictions,
    knownFrom: state.position,
    ready: (label) => void labels.add([label]),
    orphaned: () => outcome.label('orphaned', 1),
    withheld: () => outcome.label('withheld', 1),
  });

  async function predict(rows: readonly Prediction[], due?: number): Promise<void> {
    ledger.asked(rows.map(({ row }) => row));
    await lanes(async () => {
      const since = due ?? time.now();
      const delivered = await deliver(predictRequest(plan.model, plan.loop, rows));
      if ('refused' in delivered) {
        outcome.unpredicted(rows.length);
        for (const { row } of rows) ledger.lost(row);
        return;
      }
      outcome.predicted(rows.length, time.now() - since);
      const { predictions } = delivered.body;
      if (predictions.length !== rows.length) throw wrongCount(rows.length, predictions.length);
      for (const [index, { row }] of rows.entries()) ledger.answered(row, predictions[index]!.predictionId);
    });
  }

  async function sendEvents(batch: readonly ReplayEvent[]): Promise<void> {
    const sent = { sent: batch.length };
    const delivered = await deliver(eventsRequest(batch));
    if ('refused' in delivered) return outcome.events({ ...sent, refused: batch.length });
    const { accepted, duplicate, late, refused } = delivered.body;
    outcome.events({ ...sent, accepted, duplicate, late, refused: refused.length });
    tellRefused('events', refused);
  }

  async function sendLabels(batch: readonly LabelToSend[]): Promise<void> {
    const delivered = await deliver(labelsRequest(plan.model, batch));
    for (const { row } of batch) ledger.close(row);
    outcome.label('sent', batch.length);
    if ('refused' in delivered) return outcome.label('refused', batch.length);
    const { unknown, refused } = delivered.body;
    outcome.label('unknown', unknown);
    outcome.label('refused', refused.length);
    tellRefused('labels', refused);
  }

  function tellRefused(route: Route, refused: readonly Refusal[]): void {
    for (const { code, message } of refused) outcome.refusal(route, { code, message });
  }

  async function askInTurn(requests: readonly (readonly Prediction[])[]): Promise<void> {
    // What was known a moment before must be in before anybody asks.
    await Promise.all([events.flush(), labels.flush()]);
    await Promise.all(requests.map((rows) => predict(rows)));
  }

  async function askBySchedule(requests: readonly (readonly Prediction[])[]): Promise<void> {
    for (const rows of requests) {
      const { at, offsetMs } = rows.at(-1)!;
      const due = pace.due(at, offsetMs);
      await pace.reach(due);
      outcome.lateness(time.now() - due);
      const answered = predict(rows, due)
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => asked.delete(answered));
      asked.add(answered);
    }
  }

  return {
    async play(tick) {
      const live = tick.at >= plan.from;
      const paced = live && plan.speed > 0;
      // The clock starts when all of the warm-up is in.
      if (live && !begun) await events.flush();
      begun = live;
      if (paced) await pace.reach(pace.due(tick.at));
      await phases.turnTo(tick.at);
      if (failure) throw failure.error;

      const wanted = tick.predictions.filter(({ row }) => !ledger.has(row));
      const requests = inGroups(wanted, plan.rowsPerRequest);
      if (requests.length > 0) await (open ? askBySchedule(requests) : askInTurn(requests));

      if (paced) await pace.reach(pace.due(tick.end));
      for (const label of tick.labels) ledger.label(label);
      const added = events.add(tick.events);
      if (paced) void Promise.allSettled([events.flush(), labels.flush()]);
      if (!open || !live) await added;
      position = Math.min(tick.end, plan.to);
    },
    async settle() {
      const reached = position;
      await Promise.all(asked);
      await Promise.all([events.flush(), labels.flush()]);
      if (failure) throw failure.error;
      return { position: reached, predictions: ledger.entries() };
    },
  };
}

function inGroups<Item>(items: readonly Item[], size: number): Item[][] {
  const starts = Array.from({ length: Math.ceil(items.length / size) }, (_, index) => index * size);
  return starts.map((start) => items.slice(start, start + size));
}

function wrongCount(rows: number, predictions: number): FlightdeckError {
  return new FlightdeckError(
    'SERVING_UNKNOWN',
    `Serving answered ${rows} instances with ${predictions} predictions. Is there something between it and the replay?`,
  );
}
