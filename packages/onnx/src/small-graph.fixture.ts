// One small scoring graph with a column of every kind, for tests that need a model and not a particular one.

import { seededRandom } from '@flightdeck/core';
import { layersOf, normals } from './random-graph.fixture.ts';
import type { ScoringGraph } from './scoring-graph.ts';

export const smallGraph: ScoringGraph = {
  name: 'small',
  producerVersion: '1',
  inputs: [
    {
      name: 'distance',
      kind: 'number',
      missing: 700,
      encodings: [{ kind: 'standard', log1p: false, mean: 700, scale: 500, clip: 6 }],
    },
    {
      name: 'hour',
      kind: 'number',
      missing: 12,
      encodings: [
        { kind: 'cyclic', period: 24 },
        { kind: 'standard', log1p: true, mean: 2, scale: 1, clip: 6 },
        { kind: 'one-hot', values: [0, 23] },
      ],
    },
    {
      name: 'airport',
      kind: 'category',
      vocabulary: ['JFK', 'LAX'],
      dimensions: 2,
      embedding: normals(6, 1, seededRandom(1)),
    },
  ],
  layers: layersOf([8, 4, 1], 2),
  calibration: { slope: 1.1, intercept: -0.2 },
  metadata: { run: 'r1', dataset: 'd1' },
};

export const smallColumns = {
  distance: Float32Array.of(100, 2_500, Number.NaN),
  hour: Float32Array.of(0, 23, Number.POSITIVE_INFINITY),
  airport: ['JFK', 'LAX', 'elsewhere'],
};
