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
export { type Lookup, type Plan, planOf, type Stream } from './plan.ts';
