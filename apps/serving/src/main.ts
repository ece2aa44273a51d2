// Serving's process: reads the environment, opens the registry, listens, converges on the registry's endpoints, and
// finishes what it has accepted when it is told to stop.

import { FlightdeckError, parseEnv, systemClock } from '@flightdeck/core';
import { openRegistry } from '@flightdeck/registry';
import { buildApp } from './app.ts';
import { logChange } from './change-log.ts';
import { startConverging } from './convergence-loop.ts';
import { dataPlane } from './data-plane.ts';
import { desiredState } from './desired-state.ts';
import { servingEnv } from './env.ts';
import { listen } from './listen.ts';
import { servingMetrics } from './metrics.ts';
import { modelLoader } from './model-loader.ts';
import { stopOnSignal } from './shutdown.ts';

try {
  await main();
} catch (error) {
  if (!(error instanceof FlightdeckError)) throw error;
  process.stderr.write(`${JSON.stringify({ level: 'fatal', code: error.code, msg: error.message })}\n`);
  process.exit(1);
}

async function main(): Promise<void> {
  const env = parseEnv(servingEnv, process.env);
  const registry = await openRegistry({ home: env.FLIGHTDECK_HOME });
  const load = modelLoader(registry, systemClock);
  const state = desiredState({ registry, load, clock: systemClock, pollMs: env.SERVING_POLL_MS });
  const metrics = servingMetrics(state.endpoints);
  const app = await buildApp({
    plane: dataPlane({ state, maxInstances: env.SERVING_MAX_INSTANCES, onAnswer: metrics.answered }),
    metrics,
    maxBodyBytes: env.SERVING_MAX_BODY_BYTES,
    logger: { level: env.LOG_LEVEL },
  });

  // Live before it is ready: whoever waits for the port gets an answer while the first model loads.
  const url = await listen(app, env.SERVING_PORT, env.SERVING_HOST);
  const loop = startConverging(state, env.SERVING_POLL_MS, (change) => {
    metrics.changed(change);
    logChange(app.log, change);
  });
  stopOnSignal(app.log, async () => {
    // Node stops enforcing its request timeouts once a server is closing, so a half-sent request needs a limit of ours.
    const overdue = setTimeout(() => app.server.closeAllConnections(), env.SERVING_GRACE_MS);
    await app.close();
    clearTimeout(overdue);
    await loop.stop();
    await state.close();
    await registry.close();
  });
  process.send?.({ listening: url });
}
