import { FlightdeckError } from '@flightdeck/core';
import {
  type FeatureStore,
  type FeatureView,
  memoryStore,
  onlineFeatures,
  onlinePlanOf,
} from '@flightdeck/features/online';
import type { ScoreSignature } from '@flightdeck/registry';
import { expect, test } from 'vitest';
import { featureLookup, statusCode } from './feature-lookup.ts';
import { scoreModel } from './score-model.ts';

const landings = { kind: 'count', event: 'landing', over: 60, description: '' } as const;
const view: FeatureView = {
  name: 'test',
  entities: {},
  derived: { late: { kind: 'exceeds', column: 'delay', threshold: 15 } },
  events: { landing: { at: 'time', values: [] } },
  priors: {},
  features: {
    anywhere: { ...landings, match: {} },
    here: { ...landings, match: { origin: 'origin' }, default: 7 },
  },
  label: 'late',
};
const signature: ScoreSignature = {
  kind: 'score',
  inputs: [
    { name: 'anywhere', type: 'number', description: '', default: null },
    { name: 'here', type: 'number', description: '', default: 7 },
  ],
  output: { name: 'probability', type: 'number', description: '' },
  threshold: 0.5,
  positive: 'late',
};
const plan = onlinePlanOf(view);
const clock = () => 100 * 60_000;

async function readWith(store: FeatureStore, instances: readonly object[]) {
  const failures: unknown[] = [];
  const engine = onlineFeatures(plan, store, { clock });
  const lookup = featureLookup({ view, engine, clock, onFailure: (error) => failures.push(error) });
  const { rows, notes, statuses } = await scoreModel(signature, lookup).read(instances);
  const columns = Object.values(rows.feeds()).map(({ data }) => [...data]);
  return { columns, notes, statuses: statuses?.(), failures };
}

test('where the store is away, rows take defaults, and the failure is told', async () => {
  const error = new FlightdeckError('FEATURE_STORE_UNAVAILABLE', 'Away.', { retryable: true });
  const away = { ...memoryStore(plan), read: () => Promise.reject(error) };
  const { columns, notes, statuses, failures } = await readWith(away, [{ origin: 'ORD' }, { here: 3 }]);
  expect(columns).toEqual([
    [Number.NaN, Number.NaN],
    [7, 3],
  ]);
  expect(notes.map(({ defaulted }) => defaulted)).toEqual([['anywhere', 'here'], ['anywhere']]);
  expect(statuses).toEqual({
    anywhere: Uint8Array.of(statusCode.default, statusCode.default),
    here: Uint8Array.of(statusCode.default, statusCode.given),
  });
  expect(failures).toEqual([error]);
});

test('each instance gets what it lacks, and keeps what it brought', async () => {
  const store = memoryStore(plan);
  const event = { type: 'landing', id: '1', at: 90, columns: { origin: 'ORD' } };
  await onlineFeatures(plan, store, { clock }).ingest([event]);
  const { columns, notes, statuses } = await readWith(store, [{ origin: 'ORD' }, { here: 3 }, {}]);
  expect(columns).toEqual([
    [1, 1, 1],
    [1, 3, 7],
  ]);
  expect(notes.map(({ defaulted }) => defaulted)).toEqual([[], [], ['here']]);
  expect(statuses).toEqual({
    anywhere: new Uint8Array(3).fill(statusCode.present),
    here: Uint8Array.of(statusCode.present, statusCode.given, statusCode.default),
  });
});
