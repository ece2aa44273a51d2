// `up`: broker, serving, trainer and controller, started in this order, kept up until somebody asks for the end, and stopped in reverse.

import { relative } from 'node:path';
import { FlightdeckError, repositoryRoot } from '@flightdeck/core';
import { type CliContext, withRegistry } from '../context.ts';
import { renderFacts } from '../table.ts';
import { type Broker, keepBroker, openBroker } from './broker.ts';
import type { Child } from './child.ts';
import { buildConsole } from './console-build.ts';
import { Interrupted, interruptibly } from './interruption.ts';
import { keepUp } from './keep-up.ts';
import { tryKitLock } from './kit-lock.ts';
import { logsFolder, type Server, startController, startServing, startTrainer } from './processes.ts';

/** Resolves when the kit has been told to stop and has stopped. KIT_ALREADY_UP, PORT_IN_USE, BROKER_… */
export async function keepKitUp(context: CliContext, port: number): Promise<void> {
  const lock = tryKitLock(context.env.home);
  if (lock === null) throw alreadyUp(context.env.home);
  try {
    await interruptibly((signal) => run(context, port, signal));
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error; // that is how it is meant to end
  } finally {
    lock.release();
  }
}

async function run(context: CliContext, port: number, interrupted: AbortSignal): Promise<void> {
  const { env, terminal } = context;
  terminal.note('Starting the broker, the server, the trainer and the controller …');
  interrupted.addEventListener('abort', () => terminal.note('Stopping … (Ctrl-C again does not wait)'));
  const consoleBuilt = buildConsole(terminal.note);
  const broker = await openBroker(env);
  const failed = new AbortController();
  const signal = AbortSignal.any([interrupted, failed.signal]);
  const kept: Promise<void>[] = [];
  const keep = async <One extends Child>(start: () => Promise<One>): Promise<One> => {
    const child = await start();
    kept.push(keepUp(child, start, { signal, tell: terminal.note }));
    return child;
  };
  try {
    // Those with ports first: one in use should be known before anything else has taken its time.
    const serving = await keep(() => startServing(env, port, signal, loopVariables(broker)));
    const at = { brokerUrl: broker.url, port: port === 0 ? 0 : env.controllerPort };
    const controller = await keep(() => startController(env, at, signal, { SERVING_URL: serving.url }));
    await keep(() => startTrainer(env, broker.url, signal));
    kept.push(keepBroker(broker, env, { signal, tell: terminal.note }));
    await consoleBuilt;
    terminal.print(await greeting(context, broker, { serving, controller }));
    await Promise.all(kept);
  } finally {
    failed.abort();
    await Promise.allSettled(kept);
    await broker.stop();
  }
}

/** What closes the loop: answers are kept for the controller, and features where a crash does not lose them. */
export function loopVariables({ kind, url }: Broker): NodeJS.ProcessEnv {
  return {
    SERVING_PREDICTION_LOG_BYTES: String(2 * 1024 ** 3),
    ...(kind !== 'embedded-postgres' && { SERVING_FEATURES_URL: url }),
  };
}

async function greeting(
  context: CliContext,
  broker: Broker,
  { serving: { url }, controller }: Readonly<Record<'serving' | 'controller', Server>>,
): Promise<string> {
  const { env, terminal } = context;
  const { bold, green } = terminal.colours;
  const facts = renderFacts([
    ['Broker', broker.description],
    ['Console', controller.url],
    ['Serving', `${url} (API at ${url}/docs, metrics at ${url}/metrics)`],
    ['Controller', `${controller.url} (its API is below /v1; what it decides: npx flightdeck decisions)`],
    ['Trainer', 'waits for jobs'],
    ['Logs', `${shown(logsFolder(env.home))}/ (serving.log, controller.log, trainer.log)`],
    ['State', shown(env.home)],
  ]);
  return [
    '',
    green(bold('Flightdeck is up.')),
    facts,
    '',
    await nextSteps(context, url),
    'Ctrl-C stops all of it.',
    '',
  ].join('\n');
}

async function nextSteps(context: CliContext, url: string): Promise<string> {
  const champions = await withRegistry(context, async (registry) => {
    const models = await registry.models.list();
    return models.filter(({ aliases }) => aliases.champion !== undefined);
  });
  const [first] = champions;
  if (first === undefined) {
    return [
      `No model has a champion yet, so ${url}/v2/health/ready answers 503. Make one, in another terminal:`,
      '  npx flightdeck train',
    ].join('\n');
  }
  return [
    `Serves ${champions.map((model) => `${model.name} v${model.aliases.champion}`).join(', ')}. Try, in another terminal:`,
    `  npx flightdeck predict ${first.name}${url.endsWith(':8080') ? '' : ` --url ${url}`}`,
    `  npx flightdeck models show ${first.name}`,
  ].join('\n');
}

function shown(path: string): string {
  const below = relative(repositoryRoot, path);
  return below.startsWith('..') ? path : below;
}

function alreadyUp(home: string): FlightdeckError {
  return new FlightdeckError(
    'KIT_ALREADY_UP',
    `A kit is up for ${home} already. Use it, stop it (Ctrl-C where it runs), or set FLIGHTDECK_HOME to another folder.`,
  );
}
