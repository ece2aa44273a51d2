// Serving's process: one event loop, or the primary or a worker of several. What they do is in cluster/.

import cluster from 'node:cluster';
import { requireKeys } from '@flightdeck/access';
import { FlightdeckError, parseEnv } from '@flightdeck/core';
import { type ServingEnv, servingEnv } from './env.ts';

import { keysOf } from './security/keys.ts';

try {
  await run(parseEnv(servingEnv, process.env));
} catch (error) {
  if (!(error instanceof FlightdeckError)) throw error;
  process.stderr.write(`${JSON.stringify({ level: 'fatal', code: error.code, msg: error.message })}\n`);
  process.exit(1);
}

/** Each kind loads what it needs: a primary without Fastify and ONNX Runtime takes 45 MB less and is up sooner. */
async function run(env: ServingEnv): Promise<void> {
  const keys = await keysOf({ json: env.SERVING_KEYS, file: env.SERVING_KEYS_FILE });
  requireKeys('SERVING', env.SERVING_HOST, keys);
  if (cluster.isPrimary && env.SERVING_WORKERS > 1) {
    const { runPrimary } = await import('./cluster/primary.ts');
    return runPrimary(env);
  }
  const { serve } = await import('./cluster/serve.ts');
  if (cluster.isWorker) {
    const { workerInstance } = await import('./cluster/worker.ts');
    return serve(env, keys, workerInstance);
  }
  const { aloneAt } = await import('./cluster/alone.ts');
  return serve(env, keys, aloneAt(env));
}
