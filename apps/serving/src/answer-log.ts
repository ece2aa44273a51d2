// From requests to the prediction log: every row that a model of the kit's own scored or failed to score, by whichever transport it
// came, and what shadows made of the same rows.

import { type Clock, FlightdeckError } from '@flightdeck/core';
import type { LogLayout, PredictionLog } from '@flightdeck/monitoring/log';
import type { Asked, Refused, Watchers } from './data-plane.ts';
import type { RequestContext } from './http/request-context.ts';
import { type ShadowAnswer, scoresOf } from './shadows.ts';
import type { LoadedModel } from './state/model-loader.ts';

export interface AnswerLog extends Watchers {
  readonly shadowAnswered: (answer: ShadowAnswer) => void;
}

/** Models that were imported have no score and no columns to compare, and are left out. */
export function answerLog(log: PredictionLog, clock: Clock): AnswerLog {
  const layouts = new WeakMap<LoadedModel, Map<string, LogLayout>>();

  function layoutOf({ endpoint, model, variant }: Asked | Refused): LogLayout {
    const own = layouts.get(model) ?? new Map<string, LogLayout>();
    layouts.set(model, own);
    const key = `${endpoint} ${variant}`;
    const layout = own.get(key) ?? newLayout(endpoint, model, variant);
    own.set(key, layout);
    return layout;
  }

  function head(asked: Asked) {
    const { rows, context, units, eventTime, statuses } = asked.request;
    const at = clock();
    return {
      layout: layoutOf(asked),
      request: asked.ordinal,
      requestId: context.requestId,
      rows: rows.rows,
      copy: rows.copy,
      eventTime: eventTime ?? at,
      at,
      latencyMs: performance.now() - context.arrivedAt,
      unit: units ?? ownUnit(context),
      ...(statuses && { statuses: statuses() }),
    };
  }

  return {
    answered(answered) {
      const scores = scoresOf(answered.model, answered.inference);
      if (scores !== null) log.append({ ...head(answered), scores });
    },
    failed(asked, error) {
      if (asked.model.signature.kind === 'score')
        log.appendFailure({ ...head(asked), failure: codeOf(error) });
    },
    refused(refused, error) {
      if (refused.model.signature.kind !== 'score') return;
      const { context, rows, units, ordinal } = refused;
      const at = clock();
      log.appendFailure({
        layout: layoutOf(refused),
        request: ordinal,
        requestId: context.requestId,
        rows,
        eventTime: refused.eventTime ?? at,
        at,
        latencyMs: performance.now() - context.arrivedAt,
        unit: units ?? ownUnit(context),
        failure: codeOf(error),
      });
    },
    shadowAnswered({ asked, shadow, latencyMs, scores, failure }) {
      const { model, version } = shadow.version;
      const { rows, eventTime } = asked.request;
      const question = { request: asked.ordinal, rows: rows.rows, eventTime: eventTime ?? clock() };
      log.appendShadow({ model, version, ...question, latencyMs, scores, failure });
    },
  };
}

function newLayout(endpoint: string, { version, signature }: LoadedModel, variant: string): LogLayout {
  const columns = signature.kind === 'score' ? signature.inputs : [];
  return {
    endpoint,
    model: version.model,
    version: version.version,
    variant,
    columns: columns.map(({ name, type }) => ({ name, type })),
  };
}

/** Null where the request was about nobody but itself: its id is in the log already, and each unit more is a string more to keep. */
function ownUnit({ unit, requestId }: RequestContext): string | null {
  return unit === requestId ? null : unit;
}

function codeOf(error: unknown): string {
  return error instanceof FlightdeckError ? error.code : 'INTERNAL';
}
