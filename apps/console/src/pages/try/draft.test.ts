import type { PredictionAnswer, QuestionFormAnswer } from '@flightdeck/admin-api';
import { expect, it } from 'vitest';
import { draftOf, instanceOf, typicalDraft } from './draft.ts';

const field = { description: '', default: null, minimum: null, maximum: null, categories: null };
const form: QuestionFormAnswer = {
  ...{ endpoint: 'toy', model: 'toy', version: 1, positive: 'late', threshold: 0.5, takesTime: true },
  fields: [
    { ...field, name: 'distance', type: 'number', typical: 700, isLookedUp: false },
    { ...field, name: 'delay', type: 'number', typical: 3, isLookedUp: true },
    { ...field, name: 'origin', type: 'string', categories: ['ATL'], typical: 'ATL', isLookedUp: false },
  ],
  lookupColumns: ['gate'],
  eventTime: Date.UTC(2001, 4, 7),
};

it('sends numbers as numbers, and leaves out what is empty or no field', () => {
  const draft = { distance: ' 12.5 ', delay: '', origin: '7', gate: 'B', stranger: '1' };
  expect(instanceOf(form, draft)).toEqual({ distance: 12.5, origin: '7', gate: 'B' });
});

it('sends what is no number as it was typed, so that serving refuses it', () => {
  expect(instanceOf(form, { distance: 'far' })).toEqual({ distance: 'far' });
});

it('begins with what is usual, at the time of the log, and without what serving looks up', () => {
  expect(typicalDraft(form)).toEqual({ time: '2001-05-07T00:00:00.000Z', distance: '700', origin: 'ATL' });
});

it('takes a prediction as its template: what was given, or all that was known', () => {
  const feature = (name: string, value: number | string | null, status: string) => ({
    ...{ name, value, status, description: '' },
  });
  const prediction = {
    ...{ eventTime: Date.UTC(2001, 4, 8), unit: 'one', requestId: 'r' },
    features: [
      feature('distance', 9, 'given'),
      feature('delay', 4, 'present'),
      feature('origin', null, 'default'),
    ],
  } as unknown as PredictionAnswer;
  const given = { time: '2001-05-08T00:00:00.000Z', unit: 'one', distance: '9' };
  expect(draftOf(form, prediction, false)).toEqual(given);
  expect(draftOf(form, prediction, true)).toEqual({ ...given, delay: '4' });
  expect(draftOf({ ...form, takesTime: false }, { ...prediction, unit: 'r' }, false)).toEqual({
    distance: '9',
  });
});
