// The trainer process: takes trainings and the stages of retrainings from the queue, and conducts retrainings, until it is told to
// stop.
// Exit codes: 0 stopped as asked, 1 failed, 2 wrong environment, 130 told to stop twice.

import { FlightdeckError } from '@flightdeck/core';
import { startBroker, startRetrainingWorker, startTrainingWorker } from '@flightdeck/queue';
import { readTrainerEnv, type TrainerEnv } from './env.ts';
import { jobMetrics } from './job-metrics.ts';
import { startStatusServer } from './status-server.ts';

try {
  await runTrainer(readTrainerEnv(process.env));
} catch (error) {
  console.error(error instanceof FlightdeckError ? `${error.code}: ${error.message}` : error);
  process.exit(error instanceof FlightdeckError && error.code === 'ENV_INVALID' ? 2 : 1);
}

async function runTrainer(env: TrainerEnv): Promise<void> {
  const stopped = untilToldToStop();
  const log = (line: string) => console.log(`[trainer] ${line}`);
  const broker = await openBroker(env, log);
  const metrics = jobMetrics();
  const worker = await startTrainingWorker(broker.url, {
    processor: new URL('./train.job.ts', import.meta.url),
    concurrency: env.TRAINER_CONCURRENCY,
    environment: sandboxEnvironment(env),
    log,
    onEnd: metrics.ended,
  });
  const conductor = await startRetrainingWorker(broker.url, { log });
  const { TRAINER_HOST: host, TRAINER_PORT: port } = env;
  const status = port === undefined ? null : await startStatusServer({ host, port }, metrics.render);
  if (status) log(`Metrics at http://${host}:${status.port}/metrics.`);
  log('Ready.');
  process.send?.({ ready: true });

  const reason = await stopped;
  log(`Stopping (${reason}): no more jobs, and up to ${env.TRAINER_PATIENCE_SECONDS} s for the running one.`);
  await conductor.close();
  await worker.close(env.TRAINER_PATIENCE_SECONDS * 1000);
  status?.close();
  await broker.stop();
  process.exit(0);
}

async function openBroker(env: TrainerEnv, log: (line: string) => void) {
  if (env.FLIGHTDECK_BROKER_URL !== undefined)
    return { url: env.FLIGHTDECK_BROKER_URL, stop: async () => {} };
  return startBroker({
    home: env.FLIGHTDECK_HOME,
    redisUrl: env.REDIS_URL,
    kind: env.FLIGHTDECK_BROKER,
    log,
  });
}

/** What a training sees: the absolute state directory, and no broker, whose password is none of its business. */
function sandboxEnvironment(env: TrainerEnv): NodeJS.ProcessEnv {
  const { REDIS_URL: _redis, FLIGHTDECK_BROKER_URL: _broker, ...rest } = process.env;
  return { ...rest, FLIGHTDECK_HOME: env.FLIGHTDECK_HOME };
}

/** Resolves with the reason: a signal, or the end of the process that started this one. A second signal does not wait. */
function untilToldToStop(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        process.on(signal, () => process.exit(130));
        resolve(signal);
      });
    }
    if (process.connected) process.once('disconnect', () => resolve('its parent is gone'));
  });
}
