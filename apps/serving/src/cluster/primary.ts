// The process above several event loops: it owns the port, hands out connections, replaces workers that crash, knows whether the
// instance is ready, and ends it. It never reads a request.

import { createServer } from 'node:net';
import { systemClock } from '@flightdeck/core';
import { pino } from 'pino';
import type { ServingEnv } from '../env.ts';
import { memoryStores, saveEveryMs } from '../features/memory-stores.ts';
import { listenForConnections } from '../http/listen.ts';
import { stopOnSignal } from '../http/shutdown.ts';
import type { Family } from '../metrics/family.ts';
import { processMetrics } from '../metrics/process-metrics.ts';
import { type ConnectionSwitch, connectionSwitch } from './connection-switch.ts';
import { type InstanceMetrics, instanceMetrics, workerFamilies } from './instance-metrics.ts';
import { type Members, memberList } from './members.ts';
import type { FromWorker, Question } from './messages.ts';
import { type Asking, asking } from './questions.ts';
import { type FeatureKeeper, featureKeeper } from './shared-features.ts';
import { startWorkers, type WorkerGroup } from './worker-group.ts';

/** Twice as many as Node lets the kernel keep for a process that is slow to accept. */
const mostWaiting = 1024;
/** A worker that is busy or stopped holds up a scrape no longer than this. */
const metricsPatienceMs = 1000;
/** Loading a large model takes seconds. */
const passPatienceMs = 60_000;
/** What a worker may take to end beyond its grace period. */
const endPatienceMs = 5000;

/** Never resolves. Throws PORT_IN_USE, ADDRESS_NOT_USABLE, WORKER_START_FAILED, and WORKERS_CRASH whenever it comes to that. */
export async function runPrimary(env: ServingEnv): Promise<never> {
  const log = pino({ level: env.LOG_LEVEL });
  const connections = connectionSwitch({ clock: () => performance.now(), mostWaiting });
  const server = createServer({ pauseOnConnect: true, noDelay: true }, connections.accept);
  const url = await listenForConnections(server, env.SERVING_PORT, env.SERVING_HOST);
  server.on('error', (error) => log.error({ err: error }, 'a connection could not be accepted'));

  const members = memberList(connections);
  const questions = asking((worker, id, question) => members.send(worker, { kind: 'ask', id, question }));
  const metrics = instanceMetrics({
    ask: async () =>
      (await questions.ask('metrics', members.up(), metricsPatienceMs)) as ReadonlyMap<number, Family[]>,
    own: ownMetrics(members, connections, () => group.restarts()),
  });
  const features = memoryStores(env.FLIGHTDECK_HOME, log);
  const keeper = featureKeeper(features, (worker, news) =>
    members.send(worker, { kind: 'features', ...news }),
  );
  const saving = setInterval(() => void features.save(), saveEveryMs).unref();
  const group: WorkerGroup = startWorkers({
    workers: env.SERVING_WORKERS,
    clock: systemClock,
    log,
    onStart: members.join,
    onMessage: listener({ members, connections, questions, metrics, features: keeper }),
    onEnd(worker) {
      members.leave(worker);
      questions.left(worker);
      metrics.left(worker);
      void keeper.left(worker);
    },
  });

  stopOnSignal(log, async () => {
    server.close();
    await group.stop(env.SERVING_GRACE_MS + endPatienceMs);
    connections.close();
    clearInterval(saving);
    await features.save();
  });
  await Promise.race([group.started, group.failed]);
  log.info(`serving listens at ${url}`);
  process.send?.({ listening: url });
  return group.failed;
}

interface Parts {
  readonly members: Members;
  readonly connections: ConnectionSwitch;
  readonly questions: Asking;
  readonly metrics: InstanceMetrics;
  readonly features: FeatureKeeper;
}

/** What each message of a worker leads to. */
function listener({ members, connections, questions, metrics, features }: Parts) {
  const answers: Readonly<Record<Question, () => Promise<unknown>>> = {
    metrics: metrics.gather,
    pass: () => questions.ask('pass', members.up(), passPatienceMs),
  };
  return async (worker: number, message: FromWorker): Promise<void> => {
    switch (message.kind) {
      case 'up':
        members.tell(worker, { isUp: true });
        break;
      case 'state':
        members.tell(worker, { unready: message.unready });
        break;
      case 'connections':
        connections.report(worker, message);
        break;
      case 'features':
        members.send(worker, {
          kind: 'answer',
          id: message.id,
          value: await features.answer(worker, message.question),
        });
        break;
      case 'answer':
        questions.answered(worker, message.id, message.value);
        break;
      case 'ask':
        members.send(worker, { kind: 'answer', id: message.id, value: await answers[message.question]() });
        break;
    }
  };
}

function ownMetrics(
  members: Members,
  connections: ConnectionSwitch,
  restarts: () => number,
): () => Promise<readonly Family[]> {
  const ofProcess = processMetrics();
  return async () => [
    ...(await ofProcess.families()),
    ...workerFamilies({
      ...members.counts(),
      restarts: restarts(),
      droppedConnections: connections.dropped(),
    }),
  ];
}
