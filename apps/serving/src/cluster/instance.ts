// What an event loop knows of the instance that it is part of: alone (alone.ts), or one of several workers (worker.ts).

import type { FeatureStore, OnlinePlan } from '@flightdeck/features/online';
import type { FastifyBaseLogger } from 'fastify';
import type { HttpServer } from '../http/http-server.ts';
import type { Family } from '../metrics/family.ts';

export interface Instance {
  /** Part of every log line. */
  readonly logFields: Readonly<Record<string, number>>;
  /** Lets connections in. Throws PORT_IN_USE or ADDRESS_NOT_USABLE. */
  open(app: HttpServer): Promise<Entrance>;
  /** Says that this event loop is up, and from then on calls `close` when it is time to end. */
  started(log: FastifyBaseLogger, close: () => Promise<void>): void;
  /** Tells why this event loop is not ready, or null. After each look at the registry. */
  report(unready: string | null): void;
  /** Why the instance as a whole is not ready; null when it is. */
  unreadyReason(): string | null;
  /** The features that all event loops share, where there is no Redis. */
  openFeatureStore(plan: OnlinePlan): Promise<FeatureStore>;
  /** Has every event loop look at the registry now. Resolves when all have. */
  wake(): Promise<void>;
  /** Metrics of all processes together. */
  metrics(): Promise<readonly Family[]>;
}

export interface Entrance {
  /** After the app has been closed: resolves once the last connection is. */
  drained(): Promise<void>;
}

/** What the instance may ask of this event loop. */
export interface EventLoop {
  metrics(): Promise<readonly Family[]>;
  /** Looks at the registry; resolves when that has been done. */
  pass(): Promise<void>;
}

export type JoinInstance = (eventLoop: EventLoop) => Instance;
