// The flagship: at departure, will the flight arrive more than 15 minutes late? This folder is the one thing a user replaces.

import { readFileSync } from 'node:fs';
import { flights } from '@flightdeck/dataset-flights';
import type { ModelDefinition } from '@flightdeck/training';
import { features } from './features.ts';
import { gate } from './gates.ts';
import { network } from './network.ts';
import { split } from './split.ts';

const flightDelay: ModelDefinition = {
  name: 'flight-delay',
  positive: 'arrives more than 15 minutes late',
  dataset: flights,
  features,
  network,
  split,
  slices: {
    hour: { kind: 'bucket', column: 'minute_of_day', size: 60 },
    airport: {
      kind: 'frequency',
      column: 'origin',
      // About 20 hubs have 1.5 % of all departures each; half of the airports have less than 0.1 %.
      edges: [0.001, 0.015],
      names: ['small', 'medium', 'hub'],
    },
    month: { kind: 'month' },
  },
  gate,
  card: readFileSync(new URL('README.md', import.meta.url), 'utf8'),
};

export default flightDelay;
