// The whole controller over a registry of a test's making, asked without a network.

import { manualClock } from '@flightdeck/core';
import { openRegistry, type Registry } from '@flightdeck/registry';
import { buildApp } from './app.ts';
import { startTestBroker, type TestBroker } from './broker.fixture.ts';
import { controller } from './controller.ts';
import { freshHome, monday } from './traffic.fixture.ts';

export interface TestApp {
  readonly registry: Registry;
  readonly broker: TestBroker;
  /** The answer's status and body. */
  ask(method: 'GET' | 'PUT' | 'POST', url: string, body?: object): Promise<{ status: number; body: unknown }>;
  /** "404 MODEL_NOT_FOUND" */
  refusalOf(method: 'GET' | 'PUT' | 'POST', url: string, body?: object): Promise<string>;
  close(): Promise<void>;
}

export async function startTestApp(): Promise<TestApp> {
  const [broker, home] = [await startTestBroker(), await freshHome()];
  const registry = await openRegistry({ home });
  const { api } = controller({
    ...{ home, registry, queue: broker.queue, memoryLimit: '256MB', clock: manualClock(monday) },
    loop: () => ({ leads: true, last: null, failure: null, ticks: 0 }),
  });
  const serving = { url: 'http://127.0.0.1:8080', key: undefined };
  const app = buildApp({ ...api, serving, logger: false, keys: undefined });
  const ask: TestApp['ask'] = async (method, url, body) => {
    const answer = await app.inject({ method, url, ...(body && { payload: body }) });
    return { status: answer.statusCode, body: answer.json() };
  };
  return {
    ...{ registry, broker, ask },
    async refusalOf(...asked) {
      const { status, body } = await ask(...asked);
      return `${status} ${(body as { error: { code: string } }).error.code}`;
    },
    async close() {
      await app.close();
      api.changes.close();
      await registry.close();
      await broker.stop();
    },
  };
}
