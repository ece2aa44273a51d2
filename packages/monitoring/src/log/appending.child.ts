// Appends until it is killed; tells its parent once which predictions are surely on the disk.

import { predictionIds } from '../prediction-id.ts';
import { answerOf } from './answers.fixture.ts';
import { openPredictionLog } from './prediction-log.ts';

const ids = predictionIds();
const log = openPredictionLog({ home: process.argv[2]!, token: ids.token, maxBytes: 1e9, maxDays: 1e6 });
const flushed: string[] = [];
for (let count = 0; count < 5_000; count++) {
  const request = ids.nextRequest();
  log.append(answerOf(request, 1));
  flushed.push(`${ids.prefix(request)}0`);
}
await log.flush();
process.send!(flushed);
for (;;) {
  for (let count = 0; count < 100; count++) log.append(answerOf(ids.nextRequest(), 1));
  await new Promise((resolve) => setImmediate(resolve));
}
