// Features in the memory of several workers, as the real processes that they are: what one is told, all of them know, also those that start
// later.

import {
  type FeatureView,
  memoryStore,
  type OnlineFeatures,
  onlineFeatures,
  onlinePlanOf,
} from '@flightdeck/features/online';
import { bundleFiles } from '@flightdeck/registry';
import { expect, test, vi } from 'vitest';
import { promoteSum, temporaryRegistry } from '../sum-model.fixture.ts';
import { type ServingProcess, start } from './serving-process.fixture.ts';
import { featureKeeper, type SharedStores, sharedStores } from './shared-features.ts';

// Three processes start in about two seconds, on a busy machine in several.
vi.setConfig({ testTimeout: 60_000 });

const view: FeatureView = {
  name: 'sum',
  entities: { place: ['origin'] },
  derived: {},
  events: { sale: { at: 'at', values: ['amount'] } },
  priors: {},
  features: {
    a: { kind: 'number', column: 'a', description: 'a summand' },
    b: {
      kind: 'mean',
      event: 'sale',
      value: 'amount',
      match: { origin: 'origin' },
      over: 60,
      description: 'mean amount',
    },
    origin: { kind: 'category', column: 'origin', description: 'a place' },
  },
  label: 'amount',
};

const noon = Date.parse('2001-05-01T12:00:00Z');

/** Each over a connection of its own, so workers take turns. */
async function post(serving: ServingProcess, path: string, body: object): Promise<object> {
  const headers = { 'content-type': 'application/json', connection: 'close' };
  const answer = await fetch(`http://127.0.0.1:${serving.port}${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as object;
}

const sell = (serving: ServingProcess, id: string, amount: number) =>
  post(serving, '/v1/events', {
    events: [{ type: 'sale', id, time: noon - 60_000, columns: { origin: 'DEN', amount } }],
  });

interface Prediction {
  readonly probability: number;
  readonly predictionId: string;
}

/** Who answered, by the token in the prediction's id, and the b that follows from the probability. */
async function ask(serving: ServingProcess): Promise<{ worker: string; b: number }> {
  const instance = { a: 0, origin: 'DEN', time: noon };
  const answer = await post(serving, '/v1/models/sum/predict', { instance });
  const { probability, predictionId } = (answer as { prediction: Prediction }).prediction;
  return { worker: predictionId.split('-')[0]!, b: Math.log(probability / (1 - probability)) };
}

/** Asks until so many workers have answered that b is this much: a worker is told at once, but reads when it comes to it. */
async function untilAllKnow(serving: ServingProcess, b: number, workers = 2): Promise<Set<string>> {
  const knowing = new Set<string>();
  while (knowing.size < workers) {
    const answer = await ask(serving);
    if (Math.abs(answer.b - b) < 1e-3) knowing.add(answer.worker);
  }
  return knowing;
}

async function startTwo(home: string): Promise<ServingProcess> {
  const serving = await start(home, { SERVING_WORKERS: '2' });
  while (!(await fetch(`http://127.0.0.1:${serving.port}/v2/health/ready`)).ok);
  return serving;
}

test('what one worker is told, all know, one that replaces another as well, and the next instance too', async () => {
  await using state = await temporaryRegistry();
  await promoteSum(state.registry, { files: { [bundleFiles.features]: JSON.stringify(view) } });
  {
    await using serving = await startTwo(state.home);
    expect((await ask(serving)).b).toBeCloseTo(0.5, 3);
    expect(await sell(serving, '1', 1)).toMatchObject({ accepted: 1 });
    const first = await untilAllKnow(serving, 1);
    // Copied by now: this one they are told of.
    expect(await sell(serving, '2', 2)).toMatchObject({ accepted: 1 });
    expect(await untilAllKnow(serving, 1.5)).toEqual(first);
    // Whichever worker takes it, and whichever took it before.
    expect(await sell(serving, '1', 9)).toMatchObject({ duplicate: 1 });
    expect(await sell(serving, '1', 9)).toMatchObject({ duplicate: 1 });

    const { pid } = await serving.line(({ msg, worker }) => msg === 'model loaded' && worker === 2);
    process.kill(pid, 'SIGKILL');
    await serving.line(({ msg }) => msg.startsWith('worker crashed'));
    await sell(serving, '3', 3);
    await serving.line(({ msg, worker }) => msg === 'model loaded' && worker === 3);
    await sell(serving, '4', 4);
    expect(await untilAllKnow(serving, 2.5)).not.toEqual(first);
    serving.child.kill();
    expect(await serving.exit).toBe(0);
  }
  await using again = await startTwo(state.home);
  await untilAllKnow(again, 2.5);
  expect(await sell(again, '4', 9)).toMatchObject({ duplicate: 1 });
});

test('while events keep coming, no worker misses one, also one that has just started', async () => {
  await using state = await temporaryRegistry();
  await promoteSum(state.registry, { files: { [bundleFiles.features]: JSON.stringify(view) } });
  await using serving = await startTwo(state.home);
  const { pid } = await serving.line(({ msg, worker }) => msg === 'model loaded' && worker === 2);
  let sum = 0;
  let count = 0;
  const sellOne = async () => {
    count += 1;
    sum += count % 7;
    await sell(serving, `${count}`, count % 7);
  };
  while (count < 20) await sellOne();
  process.kill(pid, 'SIGKILL');
  const replaced = serving.line(({ msg, worker }) => msg === 'model loaded' && worker === 3);
  const isReplaced = { yet: false };
  void replaced.then(() => {
    isReplaced.yet = true;
  });
  while (!isReplaced.yet) {
    await sellOne();
    await ask(serving);
  }
  for (let more = 0; more < 20; more++) await sellOne();
  const workers = await untilAllKnow(serving, sum / count);
  expect(workers.size).toBe(2);
});

test('when the primary is full in the middle of a batch, every worker still knows exactly what counts', async () => {
  const plan = onlinePlanOf(view);
  const workers = new Map<number, SharedStores>();
  const stores = { open: async () => memoryStore(plan, { maximumKeys: 2 }), save: async () => {} };
  const keeper = featureKeeper(stores, (worker, news) => workers.get(worker)!.hear(throughChannel(news)));
  const engines: OnlineFeatures[] = [];
  for (const worker of [1, 2]) {
    const shared = sharedStores(async (question) =>
      throughChannel(await keeper.answer(worker, throughChannel(question))),
    );
    workers.set(worker, shared);
    engines.push(onlineFeatures(plan, await shared.open(plan), { clock: () => noon }));
  }
  const at = noon / 60_000 - 1;
  const sale = (origin: string) => ({ type: 'sale', id: origin, at, columns: { origin, amount: 3 } });
  const known = (engine: OnlineFeatures) =>
    engine.lookup(['DEN', 'SFO', 'LAX'].map((origin) => ({ time: at + 1, columns: { origin }, given: {} })));
  for (const engine of engines) await known(engine);

  const events = ['DEN', 'SFO', 'LAX'].map(sale);
  await expect(engines[0]!.ingest(events)).rejects.toMatchObject({
    code: 'FEATURE_STORE_FULL',
    retryable: true,
  });
  for (const engine of engines) {
    expect((await known(engine)).map(({ values }) => values.b)).toEqual([3, 3, null]);
  }
  await keeper.left(1);
  expect(await engines[1]!.ingest([sale('DEN')])).toEqual([{ status: 'duplicate' }]);
});

function throughChannel<Message>(message: Message): Message {
  return JSON.parse(JSON.stringify(message)) as Message;
}
