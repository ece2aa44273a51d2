// What a new version has to show before it may serve.

import type { GatePolicy } from '@flightdeck/training';

export const gate: GatePolicy = {
  minimum: { rows: 10_000, days: 10 },
  bounds: {
    rocAuc: { min: 0.85 },
    // A model that says 30 % and means 20 % is worse than useless to whoever multiplies it with a cost.
    ece: { max: 0.04 },
  },
  // A network that does not beat a straight line is not worth its keep.
  beats: [
    { baseline: 'logistic', metric: 'rocAuc' },
    { baseline: 'constant', metric: 'logLoss' },
  ],
  noWorseThanChampion: { rocAuc: 0.003, logLoss: 0.002, ece: 0.01 },
  slices: { minimumRows: 2_000, noWorseThanChampion: { rocAuc: 0.03, logLoss: 0.02 } },
};
