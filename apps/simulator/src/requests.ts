// The three requests of a replay: where they go, what they carry, and after which refusals they are sent again.

import type { Request } from './delivery.ts';
import type { LabelToSend } from './ledger.ts';
import type { ReplayEvent } from './replay-source.ts';
import type { Prediction } from './schedule.ts';
import {
  eventsAnswer,
  labelsAnswer,
  predictAnswer,
  type WireEvent,
  type WireInstance,
  type WireLabel,
} from './wire.ts';

export function predictRequest(
  model: string,
  loop: 'closed' | 'open',
  rows: readonly Prediction[],
): Request<typeof predictAnswer> {
  return {
    route: 'predict',
    path: `/v1/models/${model}/predict`,
    body: { instances: rows.map(wireInstance) },
    answer: predictAnswer,
    // Whoever calls by schedule does not come back to a server that is shedding load.
    repeats: (status) => status === 503 || (status === 429 && loop === 'closed'),
  };
}

export function eventsRequest(events: readonly ReplayEvent[]): Request<typeof eventsAnswer> {
  return {
    route: 'events',
    path: '/v1/events',
    body: { events: events.map(wireEvent) },
    answer: eventsAnswer,
    // Serving that has just been started knows no model yet, and so nobody who needs events.
    repeats: (status, code) => mustArrive(status) || code === 'EVENTS_NOT_TAKEN',
  };
}

export function labelsRequest(model: string, labels: readonly LabelToSend[]): Request<typeof labelsAnswer> {
  return {
    route: 'labels',
    path: `/v1/models/${model}/labels`,
    body: { labels: labels.map(wireLabel) },
    answer: labelsAnswer,
    repeats: mustArrive,
  };
}

/** Events and labels are sent until serving has taken or refused them. */
function mustArrive(status: number): boolean {
  return status === 429 || status >= 500;
}

function wireInstance({ at, unit, instance }: Prediction): WireInstance {
  return { ...instance, time: at * 60_000, unit };
}

function wireEvent({ type, id, at, columns }: ReplayEvent): WireEvent {
  return { type, id, time: at * 60_000, columns };
}

function wireLabel({ predictionId, label, knownAt }: LabelToSend): WireLabel {
  return { predictionId, label, time: knownAt * 60_000 };
}
