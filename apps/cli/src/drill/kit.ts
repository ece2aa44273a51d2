// The kit that a drill runs against: one of its own in a temporary folder, with a copy of your champion or a small one that it trains;
// or the one that is up.

import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FlightdeckError } from '@flightdeck/core';
import { type ModelVersion, openRegistry, type Registry } from '@flightdeck/registry';
import type { ModelDefinition } from '@flightdeck/training';
import type { CliContext } from '../context.ts';
import type { CliEnv } from '../env.ts';
import { openBroker } from '../kit/broker.ts';
import { startController, startServing } from '../kit/processes.ts';
import { take } from '../progress.ts';
import { untilReady } from '../serving-client.ts';
import { trainInWorkshop } from '../training-session.ts';
import { openWorkshop } from '../workshop.ts';
import { type FeatureRedis, startFeatureRedis } from './feature-redis.ts';

export interface DrillKit {
  readonly env: CliEnv;
  readonly url: string;
  readonly registry: Registry;
  /** The Redis with the features, where it was asked for. */
  readonly redis?: FeatureRedis;
  /** `keep`: what it has written stays, for a look. */
  close(keep?: 'keep'): Promise<void>;
}

/** What is up already, with its own policy. */
export async function kitHere({ env }: CliContext, url: string, signal: AbortSignal): Promise<DrillKit> {
  await untilReady(url, { signal, patienceMs: 0 });
  const registry = await openRegistry(env.registry);
  return { env, url, registry, close: () => registry.close() };
}

export interface OwnKitOptions {
  readonly model: ModelDefinition;
  /** The controller's default where left out. */
  readonly policy?: object;
  /** Features are kept in a Redis of its own, which serving reaches through the replay's proxy. */
  readonly withRedis?: boolean;
  /** Training rows, where there is no champion to copy. */
  readonly rows: number;
  readonly signal: AbortSignal;
}

/** Broker, server and controller, and nothing of the user's but the ingested data and the champion. */
export async function ownKit(context: CliContext, options: OwnKitOptions): Promise<DrillKit> {
  const { model, policy, withRedis = false, signal } = options;
  const home = await mkdtemp(join(tmpdir(), 'flightdeck-drill-'));
  const closing: (() => Promise<unknown>)[] = [];
  const close = async (keep?: 'keep') => {
    for (const end of closing.splice(0).reverse()) await end();
    if (keep) context.terminal.note(`What the drill's kit has written, its logs among it, stays in ${home}.`);
    else await rm(home, { recursive: true, force: true });
  };
  try {
    const env = ownEnv(context.env, home);
    await shareDatasets(context.env.home, home);
    if (policy) await declarePolicy(home, model.name, policy);
    const registry = await openRegistry({ home });
    closing.push(() => registry.close());
    if (!(await copyChampion(context.env, registry, model.name)))
      await trainChampion({ ...context, env }, options);
    const broker = await openBroker(env);
    closing.push(() => broker.stop());
    const redis = withRedis ? await startFeatureRedis(home) : undefined;
    if (redis) closing.push(() => redis.stop());
    const kit = await take(context.terminal, {
      title: 'Starting a server and a controller',
      async run() {
        const features = redis && { SERVING_FEATURES_URL: `redis://127.0.0.1:${redis.proxyPort}` };
        const serving = await startServing(env, 0, signal, { ...servingVariables, ...features });
        closing.push(() => serving.stop());
        const at = { brokerUrl: broker.url, port: 0 };
        const controller = await startController(env, at, signal, controllerVariables);
        closing.push(() => controller.stop());
        await untilReady(serving.url, { signal });
        return { env, url: serving.url, registry, ...(redis && { redis }), close };
      },
      done: ({ url }) => `A kit of the drill's own is up at ${url}`,
    });
    return kit;
  } catch (error) {
    await close();
    throw error;
  }
}

async function declarePolicy(home: string, model: string, policy: object): Promise<void> {
  await mkdir(join(home, 'policies'));
  await writeFile(join(home, 'policies', `${model}.json`), JSON.stringify(policy));
}

const servingVariables = { SERVING_WORKERS: '1', SERVING_PREDICTION_LOG_BYTES: String(2 ** 30) };
const controllerVariables = { CONTROLLER_TICK_MS: '500' };

/** Without the user's registry, broker, ports and keys: none of them is the drill's business. */
export function ownEnv(env: CliEnv, home: string): CliEnv {
  const foreign =
    /^(SERVING|CONTROLLER|TRAINER|SIMULATOR)_|^REDIS_URL$|^DATABASE_URL$|^ARTIFACTS_URL$|^FLIGHTDECK_BROKER/;
  const inherited = Object.fromEntries(Object.entries(env.inherited).filter(([name]) => !foreign.test(name)));
  return { ...env, home, registry: { home }, redisUrl: undefined, brokerKind: undefined, inherited };
}

/** What was ingested is named by its content, so that two kits may share it. */
export async function shareDatasets(from: string, home: string): Promise<void> {
  const datasets = join(from, 'datasets');
  await mkdir(datasets, { recursive: true });
  await symlink(datasets, join(home, 'datasets'));
}

/** Whether the user has a champion; then it is the drill's as well. */
async function copyChampion(from: CliEnv, to: Registry, model: string): Promise<boolean> {
  const source = await openRegistry(from.registry);
  try {
    const [champion] = (await source.models.list()).filter(
      ({ name, aliases }) => name === model && aliases.champion !== undefined,
    );
    if (champion === undefined) return false;
    const version = await source.versions.get(model, champion.aliases.champion!);
    await register(to, version, await filesOf(source, version), 'a copy of the champion');
    return true;
  } finally {
    await source.close();
  }
}

export async function filesOf(
  { versions }: Registry,
  version: ModelVersion,
): Promise<Record<string, Uint8Array>> {
  const bundle = await versions.open(version);
  const files = bundle.files.map(async ({ path }) => [path, await bundle.read(path)] as const);
  return Object.fromEntries(await Promise.all(files));
}

/** The model's first version is its champion. */
async function register(
  { runs, versions, aliases }: Registry,
  { model, metrics, gate }: ModelVersion,
  files: Record<string, Uint8Array>,
  reason: string,
): Promise<void> {
  const runId = 'drill-champion';
  await runs.start({ id: runId, model, parameters: {}, lineage: {} });
  await runs.finish(runId, metrics);
  const { version } = await versions.register({ model, runId, files, metrics, gate, createdBy: 'drill' });
  await aliases.set({ model, alias: 'champion', version, actor: 'drill', reason });
}

async function trainChampion(
  context: CliContext,
  { model, rows, signal }: Pick<OwnKitOptions, 'model' | 'rows' | 'signal'>,
): Promise<void> {
  const asked = { seed: 1, actor: 'drill', reason: 'flightdeck drill', promote: true, key: '' };
  const workshop = await openWorkshop(context, signal);
  try {
    const job = { model: model.name, rows, ...asked };
    const { result } = await trainInWorkshop(workshop, job, model, { terminal: context.terminal, signal });
    if (!result.promoted) throw notTrained(rows);
  } finally {
    await workshop.close();
  }
}

function notTrained(rows: number): FlightdeckError {
  return new FlightdeckError(
    'DRILL_NOT_TRAINED',
    `A model of ${rows} rows does not pass its gate, so that there is nothing to drill with. Take more with --rows.`,
  );
}
