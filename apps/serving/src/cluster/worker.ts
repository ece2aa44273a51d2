// One of several event loops: its connections, its part in the instance's state and its end all come from the primary.

import cluster from 'node:cluster';
import type { Socket } from 'node:net';
import { FlightdeckError } from '@flightdeck/core';
import { closeAndExit } from '../http/shutdown.ts';
import type { Family } from '../metrics/family.ts';
import { type ConnectionTaking, connectionTaking } from './connection-taking.ts';
import type { EventLoop, Instance } from './instance.ts';
import type { FromWorker, Question, ToWorker } from './messages.ts';
import { type FeatureQuestion, type FeatureReply, sharedStores } from './shared-features.ts';

export function workerInstance(eventLoop: EventLoop): Instance {
  const questions = new Map<number, PromiseWithResolvers<unknown>>();
  let connections: ConnectionTaking | undefined;
  let stop: () => void = () => process.exit(0);
  let instanceUnready: string | null = 'No worker takes connections.';
  let reported: string | null | undefined;
  let lastQuestion = 0;

  const tell = (message: FromWorker) => {
    if (process.connected) process.send!(message);
  };

  function answerTo(asking: (id: number) => FromWorker): Promise<unknown> {
    if (!process.connected) return Promise.reject(primaryGone());
    const id = ++lastQuestion;
    const question = Promise.withResolvers<unknown>();
    questions.set(id, question);
    tell(asking(id));
    return question.promise;
  }
  const ask = (question: Question) => answerTo((id) => ({ kind: 'ask', id, question }));
  const askFeatures = (question: FeatureQuestion) =>
    answerTo((id) => ({ kind: 'features', id, question })) as Promise<FeatureReply>;
  const features = sharedStores(askFeatures);

  const answerers = { metrics: eventLoop.metrics, pass: eventLoop.pass } satisfies Record<Question, unknown>;

  process.on('message', async (message: ToWorker, socket: Socket | undefined) => {
    switch (message.kind) {
      case 'connection':
        connections!.take(message.id, socket);
        break;
      case 'instance':
        instanceUnready = message.unready;
        break;
      case 'ask':
        tell({ kind: 'answer', id: message.id, value: (await answerers[message.question]()) ?? null });
        break;
      case 'answer':
        questions.get(message.id)?.resolve(message.value);
        questions.delete(message.id);
        break;
      case 'features':
        features.hear(message);
        break;
      case 'stop':
        stop();
        break;
    }
  });
  ignoreSignals();
  cluster.worker!.on('disconnect', () => {
    // Node would end this process here and now, and with it what it has answered and not yet logged.
    cluster.worker!.exitedAfterDisconnect = true;
    for (const question of questions.values()) question.reject(primaryGone());
    stop();
  });

  return {
    logFields: { worker: cluster.worker!.id },
    async open(app) {
      await app.ready();
      connections = connectionTaking(app.server, (report) => tell({ kind: 'connections', ...report }));
      return connections;
    },
    started(log, close) {
      stop = () => {
        stop = () => {};
        closeAndExit(log, close);
      };
      tell({ kind: 'up' });
    },
    report(unready) {
      if (unready === reported) return;
      reported = unready;
      tell({ kind: 'state', unready });
    },
    unreadyReason: () => instanceUnready,
    openFeatureStore: features.open,
    wake: async () => void (await ask('pass')),
    metrics: async () => (await ask('metrics')) as readonly Family[],
  };
}

function primaryGone(): FlightdeckError {
  return new FlightdeckError('PRIMARY_GONE', 'The primary has ended, and this worker is about to.', {
    retryable: true,
  });
}

/** Ctrl-C and supervisors signal the whole group of processes; when workers end is for the primary to say. */
function ignoreSignals(): void {
  process.on('SIGTERM', () => {});
  process.on('SIGINT', () => {});
}
