// Answers some thousands of requests a second and logs them, until it is killed. After each it notes, in a file that outlives it, when
// it began, when the last was and how many there were.

import { openSync, writeSync } from 'node:fs';
import { systemClock } from '@flightdeck/core';
import { openPredictionLog, predictionIds } from '@flightdeck/monitoring';
import { layout, randomRows, requestIdOf } from './rows.ts';

const [home, notes] = process.argv.slice(2) as [string, string];
const ids = predictionIds();
const log = openPredictionLog({ home, token: ids.token, maxBytes: 1e12, maxDays: 1 });
const file = openSync(notes, 'w');
const source = randomRows(1_000);
const started = systemClock();

setInterval(() => {
  for (let count = 0; count < 5; count++) {
    const request = ids.nextRequest();
    const at = systemClock();
    const asked = {
      layout,
      request,
      requestId: requestIdOf(request),
      eventTime: at,
      at,
      latencyMs: 1,
      unit: null,
    };
    log.append({ ...asked, ...source.request(request % 1_000, 1) });
    writeSync(file, Float64Array.of(started, at, request + 1), 0, 24, 0);
  }
}, 1);
process.send!('running');
