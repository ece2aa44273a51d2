// What serving does, without HTTP: it finds the version that answers, runs it, and tells whoever counts. The transports (/v1,
// the Open Inference Protocol, MLflow's scoring protocol) parse, call this, and answer.

import { FlightdeckError, messageOf } from '@flightdeck/core';
import { caution, type Inference, Overloaded, type RowSource } from '@flightdeck/inference';
import type { ModelVersion, Registry } from '@flightdeck/registry';
import type { InstanceNotes } from './domain/domain-model.ts';
import { nearestName } from './domain/nearest-name.ts';
import type { RequestContext } from './http/request-context.ts';
import type { DesiredState } from './state/desired-state.ts';
import type { LoadedModel } from './state/model-loader.ts';
import type { ModelStore } from './state/model-store.ts';
import type { Repository } from './state/repository.ts';
import type { ServedEndpoint } from './state/served-endpoint.ts';

export interface InferenceRequest {
  readonly rows: RowSource;
  /** The outputs to compute; all if left out. */
  readonly outputs?: readonly string[];
  /** What reading the instances left to say, where the transport has instances. */
  readonly notes?: readonly InstanceNotes[];
  readonly context: RequestContext;
}

/** An answer as those see it who count, log and watch. */
export interface Answered {
  /** The endpoint's name. */
  readonly endpoint: string;
  readonly model: LoadedModel;
  readonly request: InferenceRequest;
  readonly inference: Inference;
  /** When the rows had been read, on the clock of `performance.now()`. */
  readonly readAt: number;
}

export interface DataPlane {
  /** The version that an endpoint serves. MODEL_NOT_FOUND or MODEL_NOT_READY. */
  served(endpoint: string): LoadedModel;
  /**
   * A version of the endpoint's model by its number, loaded if need be. MODEL_NOT_FOUND, VERSION_NOT_FOUND, VERSION_DELETED,
   * MODEL_LOAD_FAILED, OVERLOADED, MEMORY_BUDGET_EXCEEDED.
   */
  version(endpoint: string, version: string): Promise<LoadedModel>;
  /**
   * Runs a model that `served` or `version` has just given. Throws TOO_MANY_INSTANCES, and what `InferenceModel.infer` throws.
   */
  infer(endpoint: string, model: LoadedModel, request: InferenceRequest): Promise<Inference>;
  /**
   * Throws OVERLOADED while an endpoint's queue has no room for a request of the largest size, or cannot get to one within
   * `timeoutMs`: under overload nobody reads bodies in vain. Says nothing of endpoints that it does not know.
   */
  assertRoom(endpoint: string, timeoutMs: number): void;
  endpoints(): readonly ServedEndpoint[];
  readonly repository: Repository;
  /** Throws NOT_READY with the reason unless every endpoint has a loaded version and there is at least one. */
  assertReady(): void;
}

export interface DataPlaneOptions {
  readonly state: DesiredState;
  readonly store: ModelStore;
  readonly registry: Registry;
  readonly repository: Repository;
  /** Most rows in one request. */
  readonly maxInstances: number;
  /** Most rows that may wait for one model. */
  readonly maxQueuedRows: number;
  /** Told of every answer (metrics now, the prediction log later). */
  readonly onAnswer: (answered: Answered) => void;
}

export function dataPlane(options: DataPlaneOptions): DataPlane {
  const { state, store, registry, repository, maxInstances, maxQueuedRows, onAnswer } = options;

  function endpointOf(name: string): ServedEndpoint {
    const endpoint = state.find(name);
    if (endpoint) return endpoint;
    const known = state.endpoints().map((served) => served.name);
    if (known.length === 0) throw notReady(name, state.unreadyReason());
    throw modelNotFound(name, known);
  }

  /** To a caller it is all one what of the bundle is damaged; the reason is told. */
  async function borrow(version: ModelVersion): Promise<LoadedModel> {
    try {
      return await store.borrow(version);
    } catch (error) {
      if (error instanceof FlightdeckError && error.retryable) throw error;
      throw new FlightdeckError('MODEL_LOAD_FAILED', messageOf(error), { cause: error });
    }
  }

  return {
    served(name) {
      const { loaded, failure } = endpointOf(name);
      if (loaded) return loaded;
      throw notReady(name, failure?.message ?? state.unreadyReason());
    },
    async version(name, version) {
      const { model } = endpointOf(name);
      const number = versionNumber(name, version);
      return store.find(model, number) ?? borrow(await registry.versions.get(model, number));
    },
    async infer(endpoint, model, request) {
      assertCount(request.rows.rows, maxInstances);
      const { rows, outputs, context } = request;
      const readAt = performance.now();
      const inference = await model.runtime.infer({
        rows,
        deadline: context.deadline,
        ...(outputs && { outputs }),
      });
      onAnswer({ endpoint, model, request, inference, readAt });
      return inference;
    },
    assertRoom(name, timeoutMs) {
      const load = state.find(name)?.loaded?.runtime.load;
      if (load === undefined) return;
      // Half of the queue is for whoever comes, also where requests are allowed to be as large as the queue.
      const fullAt = Math.max(maxQueuedRows - maxInstances, maxQueuedRows / 2);
      if (load.queuedRows > fullAt) throw queueFull(name, load.queuedRows, load.waitMs);
      const lateMs = load.waitMs - timeoutMs / caution;
      if (lateMs > 0) throw queueFull(name, load.queuedRows, lateMs);
    },
    endpoints: () => state.endpoints(),
    repository,
    assertReady() {
      const reason = state.unreadyReason();
      if (reason !== null) throw new FlightdeckError('NOT_READY', reason, { retryable: true });
    },
  };
}

function queueFull(name: string, rows: number, waitMs: number): Overloaded {
  return new Overloaded(
    `${rows} rows wait for ${name}, too many for this request. Try again after the time in Retry-After, or allow more time.`,
    Math.max(1, waitMs),
  );
}

function versionNumber(name: string, version: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(version)) return Number(version);
  throw new FlightdeckError(
    'VERSION_NOT_FOUND',
    `${name} has no version ${JSON.stringify(version.slice(0, 40))}. Versions are whole numbers from 1.`,
  );
}

function notReady(name: string, reason: string | null): FlightdeckError {
  return new FlightdeckError(
    'MODEL_NOT_READY',
    `Model ${name} is not served yet. ${reason ?? 'It is being loaded.'}`,
    { retryable: true },
  );
}

function modelNotFound(name: string, known: readonly string[]): FlightdeckError {
  const nearest = nearestName(name, known);
  const suggestion = nearest === undefined ? '' : ` Did you mean ${nearest}?`;
  return new FlightdeckError(
    'MODEL_NOT_FOUND',
    `No model ${name} is served.${suggestion} Served: ${known.join(', ')}.`,
  );
}

function assertCount(count: number, most: number): void {
  if (count <= most) return;
  throw new FlightdeckError(
    'TOO_MANY_INSTANCES',
    `${count} instances are over the limit of ${most} in one request. ` +
      'Send them in several (SERVING_MAX_INSTANCES sets the limit).',
  );
}
