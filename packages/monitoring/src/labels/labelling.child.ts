// Sends labels one request after the other until it is killed, and tells its parent of each that was acknowledged.

import { systemClock } from '@flightdeck/core';
import { openLabelStore } from './label-store.ts';

const store = openLabelStore({ home: process.argv[2]!, maxDays: 1e6, clock: systemClock });
for (let request = 0; ; request++) {
  const predictionId = `aaaaaaaaaaaa-${request.toString(36)}-0`;
  await store.append('toy', [{ predictionId, label: 1, knownAt: request }], 'child');
  process.send!(predictionId);
}
