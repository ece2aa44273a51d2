// What serving does, without HTTP: predictions, the models it has, whether it is ready. Transports (the /v1 routes now, the
// Open Inference Protocol next) parse, call this, and answer.

import { FlightdeckError } from '@flightdeck/core';
import type { DesiredState } from './desired-state.ts';
import type { InstanceNotes } from './instances.ts';
import type { LoadedModel } from './model-loader.ts';
import { nearestName } from './nearest-name.ts';
import type { ServedEndpoint } from './served-endpoint.ts';

export interface Prediction extends InstanceNotes {
  readonly probability: number;
  /** Whether the probability reaches the threshold that the version was registered with. */
  readonly positive: boolean;
}

export interface Answer {
  /** The endpoint's name. */
  readonly model: string;
  readonly version: number;
  readonly predictions: readonly Prediction[];
}

export interface DataPlane {
  /**
   * One prediction per instance, in order, all by the same version. Throws MODEL_NOT_FOUND, MODEL_NOT_READY, NO_INSTANCES,
   * TOO_MANY_INSTANCES, and what the instance reader throws.
   */
  predict(model: string, instances: readonly unknown[]): Promise<Answer>;
  endpoints(): readonly ServedEndpoint[];
  /** Throws NOT_READY with the reason unless every endpoint has a loaded version and there is at least one. */
  assertReady(): void;
}

export interface DataPlaneOptions {
  readonly state: DesiredState;
  readonly maxInstances: number;
  /** Told of every answer (metrics now, the prediction log later). */
  readonly onAnswer: (answer: Answer) => void;
}

export function dataPlane({ state, maxInstances, onAnswer }: DataPlaneOptions): DataPlane {
  return {
    async predict(name, instances) {
      const model = servedModel(state, name);
      assertCount(instances.length, maxInstances);
      const batch = model.read(instances);
      const scores = await model.score(batch);
      const answer = {
        model: name,
        version: model.version.version,
        predictions: batch.notes.map((notes, row) => toPrediction(scores[row], notes, model)),
      };
      onAnswer(answer);
      return answer;
    },
    endpoints: () => state.endpoints(),
    assertReady() {
      const reason = state.unreadyReason();
      if (reason !== null) throw new FlightdeckError('NOT_READY', reason, { retryable: true });
    },
  };
}

function servedModel(state: DesiredState, name: string): LoadedModel {
  const endpoint = state.find(name);
  if (endpoint?.loaded) return endpoint.loaded;
  if (endpoint !== undefined || state.endpoints().length === 0) {
    const reason = endpoint?.failure?.message ?? state.unreadyReason() ?? 'It is being loaded.';
    throw new FlightdeckError('MODEL_NOT_READY', `Model ${name} is not served yet. ${reason}`, {
      retryable: true,
    });
  }
  const known = state.endpoints().map((served) => served.name);
  const nearest = nearestName(name, known);
  const suggestion = nearest === undefined ? '' : ` Did you mean ${nearest}?`;
  throw new FlightdeckError(
    'MODEL_NOT_FOUND',
    `No model ${name} is served.${suggestion} Served: ${known.join(', ')}.`,
  );
}

function assertCount(count: number, most: number): void {
  if (count === 0) {
    throw new FlightdeckError('NO_INSTANCES', 'The list of instances is empty. Send at least one.');
  }
  if (count > most) {
    throw new FlightdeckError(
      'TOO_MANY_INSTANCES',
      `${count} instances are over the limit of ${most} in one request. ` +
        'Send them in several (SERVING_MAX_INSTANCES sets the limit).',
    );
  }
}

/** A probability that is no number would become null on its way through JSON, so it is a failure of the model instead. */
function toPrediction(score: number | undefined, notes: InstanceNotes, model: LoadedModel): Prediction {
  if (score === undefined || !Number.isFinite(score)) {
    throw new FlightdeckError('MODEL_OUTPUT_INVALID', `Version ${model.version.version} answered ${score}.`);
  }
  return { probability: score, positive: score >= model.signature.threshold, ...notes };
}
