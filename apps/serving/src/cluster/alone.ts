// The instance that is one process: it has the port itself, and what it says of itself is all there is to say.

import { listen } from '../http/listen.ts';
import { stopOnSignal } from '../http/shutdown.ts';
import type { JoinInstance } from './instance.ts';
import { workerFamilies } from './instance-metrics.ts';

const oneWorker = { taking: 1, starting: 0, restarts: 0, droppedConnections: 0 };

export function aloneAt(port: number, host: string): JoinInstance {
  return (eventLoop) => {
    let url = '';
    return {
      logFields: {},
      async open(app) {
        url = await listen(app, port, host);
        // Closing the app waits for its connections.
        return { drained: async () => {} };
      },
      started(log, close) {
        stopOnSignal(log, close);
        process.send?.({ listening: url });
      },
      report() {},
      unreadyReason: () => null,
      wake: eventLoop.pass,
      metrics: async () => [...(await eventLoop.metrics()), ...workerFamilies(oneWorker)],
    };
  };
}
