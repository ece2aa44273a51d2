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
export type { FeatureEvent } from './online/event-intake.ts';
export { memoryStore } from './online/memory-store.ts';
export { type FeatureAnswer, type OnlineFeatures, onlineFeatures } from './online/online-features.ts';
export { type OnlinePlan, onlinePlanOf } from './online/online-plan.ts';
export { redisStore } from './online/redis-store.ts';
export { eventsOf } from './online/row-events.ts';
export { type Lookup, type Plan, planOf, type Stream } from './plan.ts';
