// The instance that is one process: it has the port itself, and what it says of itself is all there is to say.

import { pino } from 'pino';
import type { ServingEnv } from '../env.ts';
import { memoryStores, saveEveryMs } from '../features/memory-stores.ts';
import { listen } from '../http/listen.ts';
import { stopOnSignal } from '../http/shutdown.ts';
import type { JoinInstance } from './instance.ts';
import { workerFamilies } from './instance-metrics.ts';

const oneWorker = { taking: 1, starting: 0, restarts: 0, droppedConnections: 0 };

export function aloneAt({
  SERVING_PORT,
  SERVING_HOST,
  FLIGHTDECK_HOME,
  LOG_LEVEL,
}: ServingEnv): JoinInstance {
  return (eventLoop) => {
    const features = memoryStores(FLIGHTDECK_HOME, pino({ level: LOG_LEVEL }));
    const saving = setInterval(() => void features.save(), saveEveryMs).unref();
    let url = '';
    return {
      logFields: {},
      async open(app) {
        url = await listen(app, SERVING_PORT, SERVING_HOST);
        // Closing the app waits for its connections.
        return { drained: async () => {} };
      },
      started(log, close) {
        stopOnSignal(log, async () => {
          await close();
          clearInterval(saving);
          await features.save();
        });
        process.send?.({ listening: url });
      },
      report() {},
      unreadyReason: () => null,
      openFeatureStore: features.open,
      wake: eventLoop.pass,
      metrics: async () => [...(await eventLoop.metrics()), ...workerFamilies(oneWorker)],
    };
  };
}
