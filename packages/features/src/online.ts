// The online engine alone: a server that looks features up needs no DuckDB.

export { type FeatureView, featureVersion, isAggregate, ownColumns } from './definition.ts';
export { rawColumns } from './online/columns.ts';
export type { EventOutcome, FeatureEvent } from './online/event-intake.ts';
export { type FeatureRow, type FeatureTable, featureStatuses } from './online/feature-table.ts';
export {
  type Accepted,
  type Decided,
  type FollowedStore,
  followedStore,
  type Loaded,
} from './online/followed-store.ts';
export { type MemoryStore, memoryStore } from './online/memory-store.ts';
export { type OnlineFeatures, onlineFeatures } from './online/online-features.ts';
export { type OnlinePlan, onlinePlanOf } from './online/online-plan.ts';
export { redisStore } from './online/redis-store.ts';
export type { Addition, Arrival, FeatureStore, StreamKey } from './online/store.ts';
