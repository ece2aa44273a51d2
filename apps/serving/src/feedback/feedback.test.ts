// Events in, features looked up, predictions, labels: on a model whose answer is obvious, sigmoid(a + mean amount of the last hour).

import type { FeatureView } from '@flightdeck/features/online';
import { bundleFiles } from '@flightdeck/registry';
import { expect, test } from 'vitest';
import { promoteSum, serve, sigmoid, temporaryRegistry } from '../sum-model.fixture.ts';

const view: FeatureView = {
  name: 'sum',
  entities: { place: ['origin'] },
  derived: {},
  events: { sale: { at: 'at', values: ['amount'], freshness: 30 } },
  priors: {},
  features: {
    a: { kind: 'number', column: 'a', description: 'a summand' },
    b: {
      kind: 'mean',
      event: 'sale',
      value: 'amount',
      match: { origin: 'origin' },
      over: 60,
      description: 'mean amount',
    },
    origin: { kind: 'category', column: 'origin', description: 'a place' },
  },
  label: 'amount',
};

const noon = Date.parse('2001-05-01T12:00:00Z');
const minute = 60_000;

async function sumWithFeatures() {
  const state = await temporaryRegistry();
  await promoteSum(state.registry, { files: { [bundleFiles.features]: JSON.stringify(view) } });
  const serving = await serve(state.registry, { home: state.home });
  expect(await serving.converge()).toMatchObject([{ kind: 'loaded' }]);
  const post = async (url: string, payload: object) => {
    const answer = await serving.app.inject({ method: 'POST', url, payload });
    return { status: answer.statusCode, body: answer.json() };
  };
  return {
    post,
    serving,
    sale: (id: string, time: number | string, amount: unknown, origin = 'DEN') => ({
      type: 'sale',
      id,
      time,
      columns: { origin, amount },
    }),
    predict: (instance: object) => post('/v1/models/sum/predict', { instance }),
    async [Symbol.asyncDispose]() {
      await serving[Symbol.asyncDispose]();
      await state[Symbol.asyncDispose]();
    },
  };
}

test('events without a model that needs them are refused', async () => {
  await using state = await temporaryRegistry();
  await using serving = await serve(state.registry);
  await promoteSum(state.registry);
  await serving.converge();
  const payload = { events: [{ type: 'sale', id: '1', time: noon, columns: {} }] };
  const answer = await serving.app.inject({ method: 'POST', url: '/v1/events', payload });
  expect(answer.statusCode).toBe(400);
  expect(answer.json()).toMatchObject({ error: { code: 'EVENTS_NOT_TAKEN' } });
});

test('events that are none are told by their place, and the others count', async () => {
  await using sum = await sumWithFeatures();
  expect((await sum.post('/v1/events', { events: [] })).body).toMatchObject({
    error: { code: 'INVALID_BODY' },
  });
  const events = [
    sum.sale('1', noon, 2),
    { ...sum.sale('2', noon, 2), type: 'theft' },
    sum.sale('3', noon, 'much'),
    sum.sale('1', noon, 2),
    sum.sale('4', '2001-04-01T00:00:00Z', 2),
  ];
  expect((await sum.post('/v1/events', { events })).body).toMatchObject({
    accepted: 1,
    duplicate: 1,
    late: 1,
    refused: [{ index: 1 }, { index: 2 }],
  });
});

test('what an instance lacks is looked up as of its time, and a feature that was given stays as it is', async () => {
  await using sum = await sumWithFeatures();
  const events = [
    sum.sale('1', noon - 20 * minute, 1),
    sum.sale('2', '2001-05-01T11:50:00Z', 2),
    sum.sale('3', noon, 100),
  ];
  await sum.post('/v1/events', { events });
  const instance = { a: 0, origin: 'DEN', time: noon };
  const present = await sum.predict(instance);
  expect(present.body.prediction).toMatchObject({
    probability: expect.closeTo(sigmoid(1.5), 6),
    defaulted: [],
    stale: [],
  });
  const given = await sum.predict({ ...instance, b: 3 });
  expect(given.body.prediction.probability).toBeCloseTo(sigmoid(3), 6);
  // Nothing of Denver's is known elsewhere: b is missing, for which the graph has 0.5.
  const elsewhere = await sum.predict({ ...instance, origin: 'SFO' });
  expect(elsewhere.body.prediction).toMatchObject({
    probability: expect.closeTo(sigmoid(0.5), 6),
    defaulted: ['b'],
  });
  // The last sale that anybody has heard of is over half an hour old by then.
  const later = await sum.predict({ ...instance, time: '2001-05-01T12:45:00Z' });
  expect(later.body.prediction).toMatchObject({ stale: ['b'], defaulted: [] });
});

test('a time that is none is refused, and so is a column that nothing goes by', async () => {
  await using sum = await sumWithFeatures();
  const refused = await sum.predict({ a: 0, origin: 'DEN', time: 'noon' });
  expect(refused.body).toMatchObject({
    error: { code: 'WRONG_TYPE', message: expect.stringContaining('time') },
  });
  const unknown = await sum.predict({ a: 0, origin: 'DEN', colour: 'red' });
  expect(unknown.body).toMatchObject({ error: { code: 'UNKNOWN_FIELD' } });
});

test('labels are taken by the ids that answers gave, and others are told apart', async () => {
  await using sum = await sumWithFeatures();
  const { predictionId } = (await sum.predict({ a: 0, origin: 'DEN', time: noon })).body.prediction;
  const labels = [
    { predictionId, label: 1, time: noon },
    { predictionId: 'mine', label: 0, time: noon },
  ];
  expect((await sum.post('/v1/models/sum/labels', { labels })).body).toMatchObject({
    accepted: 1,
    refused: [{ index: 1, code: 'PREDICTION_ID_INVALID' }],
  });
  const wrong = await sum.post('/v1/models/sum/labels', { labels: [{ predictionId, label: 2, time: noon }] });
  expect(wrong).toMatchObject({ status: 400, body: { error: { code: 'INVALID_BODY' } } });
  const unknown = await sum.post('/v1/models/none/labels', {
    labels: [{ predictionId, label: 1, time: noon }],
  });
  expect(unknown).toMatchObject({ status: 404, body: { error: { code: 'MODEL_NOT_FOUND' } } });
});
