// The kit that the demo's loop runs in: broker, trainer, server and controller over a state directory of their own, with a copy of the
// champion. Event time cannot go back, so each demo begins with an empty one, and the user's own kit is left as it is.

import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FlightdeckError, type ProcessLock } from '@flightdeck/core';
import { type ModelVersion, openRegistry, type Registry } from '@flightdeck/registry';
import { type CliContext, withRegistry } from '../../context.ts';
import { filesOf, ownEnv, shareDatasets } from '../../drill/kit.ts';
import type { CliEnv } from '../../env.ts';
import { openBroker } from '../../kit/broker.ts';
import { type Child, unlessItEnds } from '../../kit/child.ts';
import { tryKitLock } from '../../kit/kit-lock.ts';
import { startController, startServing, startTrainer } from '../../kit/processes.ts';
import { untilReady } from '../../serving-client.ts';

export interface LoopKit {
  readonly env: CliEnv;
  readonly serving: string;
  readonly controller: string;
  readonly registry: Registry;
  /** Passes the work's result on, unless a process of the kit ends before it is done: CHILD_FAILED, with the end of its log. */
  watch<Result>(work: Promise<Result>): Promise<Result>;
  /** Stops everything. What it has written stays for a look, until the next demo. */
  close(): Promise<void>;
}

export interface LoopKitOptions {
  readonly model: string;
  readonly policy: object;
  readonly signal: AbortSignal;
}

export const loopHome = ({ home }: CliEnv) => join(home, 'demo');

/** DEMO_RUNNING where another demo of the same state directory plays its loop. */
export async function openLoopKit(context: CliContext, options: LoopKitOptions): Promise<LoopKit> {
  const { model, policy, signal } = options;
  const env = ownEnv(context.env, loopHome(context.env));
  const lock = await emptyHome(env.home);
  const closing: (() => unknown)[] = [() => lock.release()];
  const close = async () => {
    for (const end of closing.splice(0).reverse()) await end();
  };
  const started = async <One extends Child>(start: Promise<One>): Promise<One> => {
    const child = await start;
    closing.push(() => child.stop());
    return child;
  };
  try {
    await shareDatasets(context.env.home, env.home);
    await mkdir(join(env.home, 'policies'));
    await writeFile(join(env.home, 'policies', `${model}.json`), JSON.stringify(policy, null, 2));
    const registry = await openRegistry({ ...env.registry, clock: context.clock });
    closing.push(() => registry.close());
    await withRegistry(context, (from) => copyChampion(from, registry, model));
    const broker = await openBroker(env);
    closing.push(() => broker.stop());
    const serving = await started(startServing(env, 0, signal, servingVariables));
    const at = { brokerUrl: broker.url, port: 0 };
    const controller = await started(startController(env, at, signal, controllerVariables));
    const trainer = await started(startTrainer(env, broker.url, signal, { patienceSeconds: 0 }));
    const watch = <Result>(work: Promise<Result>) =>
      [serving, controller, trainer].reduce((watched, child) => unlessItEnds(child, watched), work);
    await watch(untilReady(serving.url, { signal }));
    return { env, serving: serving.url, controller: controller.url, registry, watch, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** One prediction log that holds all of it, and one thread: the machine is shared with three other processes. */
const servingVariables = { SERVING_WORKERS: '1', SERVING_PREDICTION_LOG_BYTES: String(2 ** 30) };
/** A day of event time passes in a few seconds. */
const controllerVariables = { CONTROLLER_TICK_MS: '500' };

/** Takes the folder, and what an earlier demo has left in it away. */
async function emptyHome(home: string): Promise<ProcessLock> {
  const lock = tryKitLock(home);
  if (lock === null) throw alreadyRunning(home);
  const left = (await readdir(home)).filter((name) => !name.startsWith('kit.lock'));
  await Promise.all(left.map((name) => rm(join(home, name), { recursive: true, force: true })));
  return lock;
}

/** With its run, which says until when the rows lay that it has seen. */
async function copyChampion(from: Registry, to: Registry, model: string): Promise<void> {
  const champion = await from.versions.resolve(model, 'champion');
  const { id, parameters, lineage, metrics } = await from.runs.get(champion.runId);
  await to.runs.start({ id, model, parameters, lineage });
  await to.runs.finish(id, metrics);
  const { version } = await to.versions.register(copyOf(champion, await filesOf(from, champion)));
  const reason = `a copy of version ${champion.version}, which the demo has just asked`;
  await to.aliases.set({ model, alias: 'champion', version, actor: 'demo', reason });
}

function copyOf({ model, runId, metrics, gate }: ModelVersion, files: Record<string, Uint8Array>) {
  return { model, runId, metrics, gate, files, createdBy: 'demo' };
}

function alreadyRunning(home: string): FlightdeckError {
  return new FlightdeckError(
    'DEMO_RUNNING',
    `Another demo plays its loop in ${home}, or a kit is up there. Wait for its end, stop it, or leave the loop out with --no-loop.`,
  );
}
