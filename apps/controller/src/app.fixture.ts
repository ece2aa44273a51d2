// The whole controller over a registry of a test's making, asked without a network.

import type { Registry } from '@flightdeck/registry';
import { startTestBroker, type TestBroker } from './broker.fixture.ts';
import { testController } from './controller.fixture.ts';
import { freshHome } from './traffic.fixture.ts';

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
  const broker = await startTestBroker();
  const parts = await testController({ home: await freshHome(), queue: broker.queue });
  const app = await parts.appWith();
  const ask: TestApp['ask'] = async (method, url, body) => {
    const answer = await app.inject({ method, url, ...(body && { payload: body }) });
    return { status: answer.statusCode, body: answer.json() };
  };
  return {
    ...{ registry: parts.registry, broker, ask },
    async refusalOf(...asked) {
      const { status, body } = await ask(...asked);
      return `${status} ${(body as { error: { code: string } }).error.code}`;
    },
    async close() {
      await parts.close();
      await broker.stop();
    },
  };
}
