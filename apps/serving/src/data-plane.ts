// What serving does, without HTTP: it finds the version that answers, runs it, and tells whoever counts. The transports (/v1,
// the Open Inference Protocol, MLflow's scoring protocol) parse, call this, and answer.

import { FlightdeckError, messageOf } from '@flightdeck/core';
import { caution, type Inference, Overloaded, type RowSource } from '@flightdeck/inference';
import type { PredictionIds } from '@flightdeck/monitoring/log';
import type { ModelVersion, Registry } from '@flightdeck/registry';
import type { InstanceNotes } from './domain/domain-model.ts';
import { nearestName } from './domain/nearest-name.ts';
import type { RequestContext } from './http/request-context.ts';
import type { Shadows } from './shadows.ts';
import type { DesiredState } from './state/desired-state.ts';
import type { Lineup } from './state/lineup.ts';
import type { LoadedModel } from './state/model-loader.ts';
import type { ModelStore } from './state/model-store.ts';
import type { Repository } from './state/repository.ts';
import type { ServedEndpoint } from './state/served-endpoint.ts';

export interface InferenceRequest {
  readonly rows: RowSource;
  /** The same rows as another version reads them; where it is left out, `rows` itself. */
  readonly rowsFor?: (model: LoadedModel) => Promise<RowSource>;
  /** When what is predicted happens, milliseconds since 1970 UTC: one for all rows, or one a row. Now if left out. */
  readonly eventTime?: number | ArrayLike<number>;
  /** Whom the rows are about, one a row; the context's unit if left out. */
  readonly units?: readonly string[];
  /** Where features come from, by feature, one a row: places in `featureStatuses`. Left out: all were given. */
  readonly statuses?: () => Readonly<Record<string, Uint8Array>>;
  /** The outputs to compute; all if left out. */
  readonly outputs?: readonly string[];
  /** What reading the instances left to say, where the transport has instances. */
  readonly notes?: readonly InstanceNotes[];
  readonly context: RequestContext;
}

/** Which version a request goes to, and as what: a target of the endpoint's traffic, or `direct` for a version that the caller chose. */
export interface Routed {
  readonly model: LoadedModel;
  readonly variant: string;
}

/** A request on its way, as those see it who count, log and watch. */
export interface Asked extends Routed {
  /** The endpoint's name. */
  readonly endpoint: string;
  readonly request: InferenceRequest;
  /** Its number among all of this process, which is part of its predictions' ids. */
  readonly ordinal: number;
}

export interface Answered extends Asked {
  readonly inference: Inference;
  /** When the rows had been read, on the clock of `performance.now()`. */
  readonly readAt: number;
}

/** A request that could not be read, so that there was nothing to ask. */
export interface Refused extends Routed {
  readonly endpoint: string;
  readonly rows: number;
  readonly units: readonly string[] | null;
  /** Milliseconds since 1970 UTC; null where it does not say. */
  readonly eventTime: number | null;
  readonly context: RequestContext;
  readonly ordinal: number;
}

export interface PredictedRows extends Inference {
  /** The id of a row's prediction is this and the row's number, from 0. */
  readonly idPrefix: string;
  /** Whether nobody reads the request's rows any more; shadows do, once the answer is written. */
  readonly rowsAreFree: boolean;
}

/** Who is told of what becomes of requests. */
export interface Watchers {
  readonly answered: (answered: Answered) => void;
  readonly failed: (asked: Asked, error: unknown) => void;
  readonly refused: (refused: Refused, error: unknown) => void;
}

export interface DataPlane {
  /** The first version that an endpoint serves, which stands for it. MODEL_NOT_FOUND or MODEL_NOT_READY. */
  served(endpoint: string): LoadedModel;
  /** The version that answers this unit: always the same one while the endpoint is as it is. MODEL_NOT_FOUND or MODEL_NOT_READY. */
  route(endpoint: string, unit: string): Routed;
  /**
   * A version of the endpoint's model by its number, loaded if need be. MODEL_NOT_FOUND, VERSION_NOT_FOUND, VERSION_DELETED,
   * MODEL_LOAD_FAILED, OVERLOADED, MEMORY_BUDGET_EXCEEDED.
   */
  version(endpoint: string, version: string): Promise<LoadedModel>;
  /**
   * Runs a model that `route` or `version` has just given. Throws TOO_MANY_INSTANCES, and what `InferenceModel.infer` throws.
   */
  infer(endpoint: string, routed: Routed, request: InferenceRequest): Promise<PredictedRows>;
  /** To be told of instances that a version refused to read: they are failures of the service to those who watch it. */
  noteRefusal(refused: Omit<Refused, 'ordinal'>, error: unknown): void;
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
  readonly ids: PredictionIds;
  readonly watchers: Watchers;
  readonly shadows: Shadows;
}

export function dataPlane(options: DataPlaneOptions): DataPlane {
  const { state, store, registry, repository, maxInstances, maxQueuedRows, ids, watchers, shadows } = options;

  function endpointOf(name: string): ServedEndpoint {
    const endpoint = state.find(name);
    if (endpoint) return endpoint;
    const known = state.endpoints().map((served) => served.name);
    if (known.length === 0) throw notReady(name, state.unreadyReason());
    throw modelNotFound(name, known);
  }

  function lineupOf(name: string): Lineup {
    const { lineup, failure } = endpointOf(name);
    if (lineup) return lineup;
    throw notReady(name, failure?.message ?? state.unreadyReason());
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
    served: (name) => lineupOf(name).variants[0]!.model,
    route(name, unit) {
      const { model, target } = lineupOf(name).choose(unit);
      return { model, variant: target };
    },
    async version(name, version) {
      const { model } = endpointOf(name);
      const number = versionNumber(name, version);
      return store.find(model, number) ?? borrow(await registry.versions.get(model, number));
    },
    async infer(endpoint, routed, request) {
      assertCount(request.rows.rows, maxInstances);
      const { rows, outputs, context } = request;
      const asked: Asked = { endpoint, ...routed, request, ordinal: ids.nextRequest() };
      const readAt = performance.now();
      const idPrefix = ids.prefix(asked.ordinal);
      try {
        const inference = await routed.model.runtime.infer({
          rows,
          deadline: context.deadline,
          ...(outputs && { outputs }),
        });
        watchers.answered({ ...asked, inference, readAt });
        const watching = routed.variant === direct ? [] : (state.find(endpoint)?.lineup?.shadows ?? []);
        const areAsked = shadows.ask(watching, asked, inference, idPrefix);
        return { ...inference, idPrefix, rowsAreFree: !areAsked };
      } catch (error) {
        watchers.failed(asked, error);
        throw error;
      }
    },
    noteRefusal(refused, error) {
      watchers.refused({ ...refused, ordinal: ids.nextRequest() }, error);
    },
    assertRoom(name, timeoutMs) {
      const load = state.find(name)?.loaded?.runtime.load;
      if (load === undefined) return;
      if (timeoutMs <= 0) throw readTooLate(load.waitMs);
      // Half of the queue is for whoever comes, also where requests are allowed to be as large as the queue.
      const fullAt = Math.max(maxQueuedRows - maxInstances, maxQueuedRows / 2);
      if (load.queuedRows > fullAt) throw queueFull(name, load.queuedRows, load.waitMs);
      const lateMs = load.answerMs - timeoutMs / caution;
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

/** The variant of a version that the caller chose: no part of the endpoint's traffic. */
export const direct = 'direct';

function queueFull(name: string, rows: number, waitMs: number): Overloaded {
  return new Overloaded(
    `${rows} rows wait for ${name}, too many for this request. Try again after the time in Retry-After, or allow more time.`,
    Math.max(1, waitMs),
  );
}

/** The server was too busy to read it, whether or not the model has anything to do. */
function readTooLate(waitMs: number): Overloaded {
  return new Overloaded(
    "The request's time was up before the server had read it. Try again after the time in Retry-After, or allow more time.",
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
