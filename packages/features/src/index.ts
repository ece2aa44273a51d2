export {
  type Column,
  type Count,
  type Derived,
  days,
  type EventDefinition,
  type Feature,
  type FeatureView,
  featureVersion,
  hours,
  isAggregate,
  type Match,
  type Mean,
  type Open,
  type Snapshot,
} from './definition.ts';
export { buildFeatureTable, type FeatureTableRequest } from './offline.ts';
export type { EventOutcome, FeatureEvent } from './online/event-intake.ts';
export { type MemoryStore, memoryStore } from './online/memory-store.ts';
export {
  type FeatureAnswer,
  type FeatureRow,
  type FeatureStatus,
  type FeatureValue,
  type OnlineFeatures,
  onlineFeatures,
} from './online/online-features.ts';
export { isOnline, type OnlinePlan, onlinePlanOf } from './online/online-plan.ts';
export { type RedisStoreOptions, redisStore } from './online/redis-store.ts';
export { eventsOf } from './online/row-events.ts';
export type { FeatureStore } from './online/store.ts';
export { type Lookup, type Plan, planOf, type Stream } from './plan.ts';
