// The online engines of the models that are loaded: versions with the same features share one, and so does whatever events tell them.

import { type Clock, FlightdeckError } from '@flightdeck/core';
import {
  type EventOutcome,
  type FeatureEvent,
  type FeatureStore,
  type FeatureView,
  featureVersion,
  isAggregate,
  type OnlineFeatures,
  type OnlinePlan,
  onlineFeatures,
  onlinePlanOf,
} from '@flightdeck/features/online';
import { type FeatureLookup, featureLookup } from '../domain/feature-lookup.ts';

export interface FeatureEngines {
  /** What looks up the features of this view; null where it has none to look up. */
  lookupOf(view: FeatureView): Promise<FeatureLookup | null>;
  /** Whether any loaded model needs events. */
  areOpen(): boolean;
  /** One outcome an event. EVENTS_NOT_TAKEN where no loaded model needs any; FEATURE_STORE_UNAVAILABLE: send them again. */
  ingest(events: readonly FeatureEvent[]): Promise<readonly EventOutcome[]>;
}

export interface FeatureEngineOptions {
  readonly openStore: (plan: OnlinePlan) => Promise<FeatureStore>;
  readonly clock: Clock;
  /** Hears of lookups that failed; their rows took defaults. */
  readonly onFailure: (view: string, error: unknown) => void;
}

export function featureEngines({ openStore, clock, onFailure }: FeatureEngineOptions): FeatureEngines {
  const stores = new Map<string, Promise<FeatureStore>>();
  const engines = new Map<string, Promise<OnlineFeatures>>();

  /** Views that keep the same totals share a store; what they make of them is each one's own. */
  function storeOf(plan: OnlinePlan): Promise<FeatureStore> {
    const store = stores.get(plan.version) ?? openStore(plan);
    stores.set(plan.version, store);
    return store;
  }

  function engineOf(plan: OnlinePlan): Promise<OnlineFeatures> {
    const key = featureVersion(plan.view);
    const engine = engines.get(key) ?? storeOf(plan).then((store) => onlineFeatures(plan, store, { clock }));
    engines.set(key, engine);
    return engine;
  }

  return {
    async lookupOf(view) {
      if (!Object.values(view.features).some(isAggregate)) return null;
      const engine = await engineOf(onlinePlanOf(view));
      return featureLookup({ view, engine, clock, onFailure: (error) => onFailure(view.name, error) });
    },
    areOpen: () => engines.size > 0,
    async ingest(events) {
      if (engines.size === 0) throw notTaken();
      // One after the other: of two that share a store, the second finds each event known, and the best outcome counts.
      const outcomes: EventOutcome[][] = [];
      for (const engine of engines.values()) outcomes.push(await (await engine).ingest(events));
      return events.map((_, i) => bestOf(outcomes.map((own) => own[i]!)));
    },
  };
}

const order = ['accepted', 'duplicate', 'late', 'refused'];

/** Models may need different events: one that takes it is enough. */
function bestOf(outcomes: readonly EventOutcome[]): EventOutcome {
  return outcomes.reduce((best, one) =>
    order.indexOf(one.status) < order.indexOf(best.status) ? one : best,
  );
}

function notTaken(): FlightdeckError {
  return new FlightdeckError(
    'EVENTS_NOT_TAKEN',
    'No model that is served works out features from events, so there is nothing to do with them.',
  );
}
