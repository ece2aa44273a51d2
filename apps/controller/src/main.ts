// The controller process: looks at what is served, decides, and does what follows, until it is told to stop.
// Exit codes: 0 stopped as asked, 1 failed, 2 wrong environment, 130 told to stop twice.

import { readFile } from 'node:fs/promises';
import { requireKeys } from '@flightdeck/access';
import { FlightdeckError, isSystemError, messageOf, systemClock } from '@flightdeck/core';
import { openRetrainingQueue, startBroker } from '@flightdeck/queue';
import { openRegistry } from '@flightdeck/registry';
import { registryLocation } from '@flightdeck/registry/location';
import { buildApp } from './app.ts';
import { controller } from './controller.ts';
import { type ControllerEnv, readControllerEnv } from './env.ts';
import { keysOf } from './http/keys.ts';
import { startTicking, type TickLoop } from './tick-loop.ts';

try {
  await runController(readControllerEnv(process.env));
} catch (error) {
  console.error(error instanceof FlightdeckError ? `${error.code}: ${error.message}` : error);
  process.exit(error instanceof FlightdeckError && error.code === 'ENV_INVALID' ? 2 : 1);
}

async function runController(env: ControllerEnv): Promise<void> {
  const stopped = untilToldToStop();
  const { FLIGHTDECK_HOME: home, CONTROLLER_HOST: host, CONTROLLER_PORT: port } = env;
  const keys = await keysOf({ json: env.CONTROLLER_KEYS, file: env.CONTROLLER_KEYS_FILE });
  requireKeys('CONTROLLER', host, keys);
  const registry = await openRegistry(registryLocation(env));
  const broker = await openBroker(env);
  const queue = await openRetrainingQueue(broker.url);
  const idle = { leads: false, last: null, failure: null, ticks: 0 };
  let loop: TickLoop | undefined;
  const parts = controller({
    ...{ home, registry, queue, clock: systemClock, memoryLimit: env.CONTROLLER_MEMORY },
    loop: () => loop?.state ?? idle,
  });
  const serving = { url: env.SERVING_URL, key: await servingKeyOf(env) };
  const app = buildApp({ ...parts.api, keys, serving, logger: { level: env.LOG_LEVEL } });
  const url = await app.listen({ host, port }).catch((error: unknown) => {
    throw explained(error, host, port);
  });
  loop = startTicking({
    ...{ home, tickMs: env.CONTROLLER_TICK_MS, tick: parts.tick },
    onTick({ problems }) {
      parts.api.changes.announce();
      for (const problem of problems) app.log.warn(problem, 'problem in a tick');
    },
    onFailure: (error) => app.log.error({ err: error }, 'a tick failed'),
  });
  process.send?.({ listening: url });

  app.log.info({ reason: await stopped }, 'stopping');
  await Promise.all([app.close(), loop.stop()]);
  parts.api.changes.close();
  await queue.close();
  await broker.stop();
  await registry.close();
  process.exit(0);
}

/** SERVING_KEY_INVALID. */
async function servingKeyOf({
  SERVING_KEY: key,
  SERVING_KEY_FILE: file,
}: ControllerEnv): Promise<string | undefined> {
  if (key !== undefined && file !== undefined)
    throw new FlightdeckError('SERVING_KEY_INVALID', 'Set either SERVING_KEY or SERVING_KEY_FILE, not both.');
  if (file === undefined) return key;
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new FlightdeckError(
      'SERVING_KEY_INVALID',
      `The file of SERVING_KEY_FILE cannot be read: ${messageOf(error)}.`,
    );
  }
}

async function openBroker(env: ControllerEnv) {
  if (env.FLIGHTDECK_BROKER_URL !== undefined)
    return { url: env.FLIGHTDECK_BROKER_URL, stop: async () => {} };
  const { FLIGHTDECK_HOME: home, REDIS_URL: redisUrl, FLIGHTDECK_BROKER: kind } = env;
  return startBroker({ home, redisUrl, kind, log: (line) => console.log(`[controller] ${line}`) });
}

function explained(error: unknown, host: string, port: number): unknown {
  if (isSystemError(error, 'EADDRINUSE'))
    return new FlightdeckError(
      'PORT_IN_USE',
      `Port ${port} on ${host} is in use. Stop the process that holds it, or set CONTROLLER_PORT to another port (0 takes any free one).`,
      { cause: error },
    );
  if (isSystemError(error, 'EACCES', 'EADDRNOTAVAIL', 'ENOTFOUND'))
    return new FlightdeckError(
      'ADDRESS_NOT_USABLE',
      `Cannot listen on port ${port} of ${host}. Set CONTROLLER_HOST to an address of this machine and CONTROLLER_PORT to a port above 1023.`,
      { cause: error },
    );
  return error;
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
