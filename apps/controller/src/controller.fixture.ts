// The whole controller over a registry, a log and a queue of a test's making, on Monday. Its API is asked without a network.

import { manualClock } from '@flightdeck/core';
import type { RetrainingQueue } from '@flightdeck/queue';
import { openRegistry, type Registry } from '@flightdeck/registry';
import type { FastifyInstance } from 'fastify';
import { buildApp } from './app.ts';
import { type Controller, type ControllerOptions, controller } from './controller.ts';
import { keysOf } from './http/keys.ts';
import { monday } from './traffic.fixture.ts';

export interface TestController extends Controller {
  readonly registry: Registry;
  /** Without keys, everybody may do everything. */
  appWith(keys?: readonly object[]): Promise<FastifyInstance>;
  /** The queue is not closed. */
  close(): Promise<void>;
}

interface Place {
  readonly home: string;
  readonly queue: RetrainingQueue;
  readonly loop?: ControllerOptions['loop'];
}

const idle = { leads: true, last: null, failure: null, ticks: 0 };

export async function testController({ home, queue, loop = () => idle }: Place): Promise<TestController> {
  const registry = await openRegistry({ home });
  const clock = manualClock(monday);
  const parts = controller({ home, registry, queue, memoryLimit: '256MB', clock, loop });
  const serving = { url: 'http://127.0.0.1:8080', key: undefined };
  const apps: FastifyInstance[] = [];
  return {
    ...parts,
    registry,
    async appWith(list) {
      const keys = list && (await keysOf({ json: JSON.stringify(list) }));
      const app = buildApp({ ...parts.api, serving, logger: false, keys });
      apps.push(app);
      return app;
    },
    async close() {
      await Promise.all(apps.map((app) => app.close()));
      parts.api.changes.close();
      await registry.close();
    },
  };
}
