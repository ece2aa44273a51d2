// A controller's API with keys, over a real registry, log and queue: what the tests of the console's routes ask.

import type { BrokerKind } from '@flightdeck/queue';
import type { Registry } from '@flightdeck/registry';
import { startTestBroker } from '../broker.fixture.ts';
import { testController } from '../controller.fixture.ts';
import { freshHome, recordTraffic, registerVersions, type Segment } from '../traffic.fixture.ts';

const keyList = [
  { name: 'reader', key: 'a-key-that-may-read', scopes: ['read'] },
  { name: 'ada', key: 'a-key-that-may-all', scopes: ['admin'] },
];

export interface KeyedApp {
  readonly home: string;
  readonly registry: Registry;
  tick(): Promise<unknown>;
  /** Its body, or its error's code after its status. */
  ask(method: 'GET' | 'POST' | 'PUT', url: string, body?: object, key?: Key): Promise<Answer>;
  close(): Promise<void>;
}

type Key = 'read' | 'all' | 'none';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what an answer holds is what its test says.
  readonly body: any;
  readonly code: string | undefined;
}

export async function keyedApp(traffic: readonly Segment[], kind?: BrokerKind): Promise<KeyedApp> {
  const broker = await startTestBroker(kind);
  const home = await freshHome();
  const parts = await testController({ home, queue: broker.queue });
  const { registry, tick } = parts;
  await registerVersions(registry, 3);
  await recordTraffic(home, ...traffic);
  const app = await parts.appWith(keyList);
  return {
    ...{ home, registry, tick },
    async ask(method, url, body, key = 'all') {
      const headers = key === 'none' ? {} : { authorization: `Bearer a-key-that-may-${key}` };
      const answer = await app.inject({ method, url, headers, ...(body && { payload: body }) });
      const isJson = String(answer.headers['content-type']).includes('json');
      const parsed = isJson ? answer.json() : undefined;
      const { statusCode: status, headers: said, body: text } = answer;
      return { status, headers: said, text, body: parsed, code: parsed?.error?.code };
    },
    async close() {
      await parts.close();
      await broker.stop();
    },
  };
}
