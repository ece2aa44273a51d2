// From answers to the prediction log: every row that a model of the kit's own scored, by whichever transport it came.

import type { Clock } from '@flightdeck/core';
import type { LogLayout, PredictionLog } from '@flightdeck/monitoring';
import type { ScoreSignature } from '@flightdeck/registry';
import type { Answered } from './data-plane.ts';
import type { LoadedModel } from './state/model-loader.ts';

/** What to call for each answer. Models that were imported have no score and no columns to compare, and are left out. */
export function answerLog(log: PredictionLog, clock: Clock): (answered: Answered) => void {
  const layouts = new WeakMap<LoadedModel, Map<string, LogLayout>>();

  function layoutOf(endpoint: string, model: LoadedModel, signature: ScoreSignature): LogLayout {
    const byEndpoint = layouts.get(model) ?? new Map<string, LogLayout>();
    layouts.set(model, byEndpoint);
    const present = byEndpoint.get(endpoint);
    if (present) return present;
    const { model: name, version } = model.version;
    const layout = { endpoint, model: name, version, columns: signature.inputs };
    byEndpoint.set(endpoint, layout);
    return layout;
  }

  return ({ endpoint, model, request: { rows, context }, inference }) => {
    const { signature } = model;
    if (signature.kind !== 'score') return;
    const scores = inference.outputs[signature.output.name]?.data;
    if (!(scores instanceof Float32Array)) return;
    log.append({
      layout: layoutOf(endpoint, model, signature),
      rows: rows.rows,
      copy: rows.copy,
      scores,
      requestId: context.requestId,
      at: clock(),
      latencyMs: performance.now() - context.arrivedAt,
    });
  };
}
