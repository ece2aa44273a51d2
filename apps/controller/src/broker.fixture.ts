// A private Redis for a test file, or the embedded Postgres where there is no Redis: either is a real broker.

import { type BrokerKind, openRetrainingQueue, type RetrainingQueue, startBroker } from '@flightdeck/queue';
import { freshHome } from './traffic.fixture.ts';

export interface TestBroker {
  readonly url: string;
  readonly queue: RetrainingQueue;
  stop(): Promise<void>;
}

export async function startTestBroker(kind?: BrokerKind): Promise<TestBroker> {
  const broker = await startBroker({ home: await freshHome(), kind });
  const queue = await openRetrainingQueue(broker.url);
  return {
    url: broker.url,
    queue,
    async stop() {
      await queue.close();
      await broker.stop();
    },
  };
}
