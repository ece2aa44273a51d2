// What the server answered in a demo that went well, and the result of the training run that it followed.

import { readFileSync } from 'node:fs';
import { type TrainingResult, trainingResultSchema } from '@flightdeck/training/result';
import { type LoopSummary, loopSchema } from './loop-schema.ts';
import type { Answers } from './questions.ts';
import type { DemoRecord } from './summary.ts';

/** A real run on 50,000 rows, with its curves thinned out. */
export function realResult(): TrainingResult {
  const url = new URL('../report/result.fixture.json', import.meta.url);
  return trainingResultSchema.parse(JSON.parse(readFileSync(url, 'utf8')));
}

/** A real loop, on 200,000 training rows. */
export function realLoop(): LoopSummary {
  const url = new URL('loop.fixture.json', import.meta.url);
  return loopSchema.parse(JSON.parse(readFileSync(url, 'utf8')));
}

export function goodAnswers(version = 1): Answers {
  return {
    version,
    first: [
      {
        row: {
          time: '2001-04-15T00:07:00.000Z',
          input: { size: 2, kind: 'a' },
          probability: 0.1,
          label: true,
        },
        prediction: { probability: 0.1, positive: false, defaulted: [], unknown: [] },
      },
    ],
    maxAbsDiff: 1e-7,
    rows: 1000,
    requests: 210,
    p50Ms: 1.2,
    p99Ms: 4.5,
    refusal: { status: 400, code: 'UNKNOWN_FIELD', message: 'the model has no field "no_such_field"' },
  };
}

export function goodRecord(): DemoRecord {
  return {
    result: realResult(),
    answers: goodAnswers(),
    loop: null,
    broker: 'private-redis',
    peakRssBytes: 1.3e9,
    seconds: { start: 0.9, serve: 0.8, ask: 0.51234, total: 28.6 },
  };
}
