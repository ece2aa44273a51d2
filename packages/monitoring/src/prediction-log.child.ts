// Appends until it is killed; tells its parent once how many requests are surely on the disk.

import { answerOf } from './answers.fixture.ts';
import { openPredictionLog } from './prediction-log.ts';

const log = openPredictionLog({ folder: process.argv[2]!, maxBytes: 1e9 });
for (let request = 0; request < 5_000; request++) log.append(answerOf(request, 1));
await log.flush();
process.send!(5_000);
for (let request = 5_000; ; request++) {
  log.append(answerOf(request, 1));
  if (request % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
}
