// A worker of this package, whatever it works at: takes jobs, keeps their progress and log in order, ends those that are
// cancelled, and lets go of the rest properly.

import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '@flightdeck/core';
import {
  type ConnectionOptions,
  type IQueueBackend,
  Job,
  type JobProgress,
  type Processor,
  UnrecoverableError,
  Worker,
  type WorkerOptions,
} from 'bullmq';
import { abortReasonOf, cancellationIn, isCancelled } from './cancellation.ts';
import { checkBroker, connectTo } from './connect.ts';

/** One attempt at a job, as its worker saw it end. `retried`: it failed, and will be tried again. */
export interface JobEnd {
  /** Of the job: a retraining's stage, or for a training its model. */
  readonly name: string;
  readonly result: 'completed' | 'failed' | 'retried';
  readonly seconds: number;
}

export interface OrderlyOptions<Data> {
  readonly queue: string;
  /** A sandbox's file, or a function that never keeps the event loop busy. It must take the signal, its third argument. */
  readonly processor: URL | Processor<Data, unknown>;
  readonly log: (line: string) => void;
  readonly onEnd?: ((end: JobEnd) => void) | undefined;
  readonly settings: Partial<WorkerOptions>;
}

/** Starts taking jobs; the function that it returns ends that. BROKER_UNREACHABLE when the broker does not answer now. */
export async function startOrderlyWorker<Data>(
  brokerUrl: string,
  { queue, processor, log, onEnd = () => {}, settings }: OrderlyOptions<Data>,
): Promise<(patienceMs: number) => Promise<boolean>> {
  await checkBroker(brokerUrl);
  const { options, backend } = connectTo(brokerUrl, { patient: true });
  const all = { ...lease, ...settings, connection: options, runRetryDelay: 1_000 };
  const worker = new OrderlyWorker<Data>(queue, processor, all, backend);
  narrate(worker, log);
  tellEnds(worker, onEnd);
  const closing = new AbortController();
  void worker.endCancelled(closing.signal);
  await worker.waitUntilReady();
  return (patienceMs) => close(worker, patienceMs).finally(() => closing.abort());
}

/**
 * How fast a killed worker is noticed: its lock runs out at most 10 s after its last renewal (every 5 s), and each worker
 * looks every 2.5 s, so another takes the job up within 12.5 s. Shorter would take jobs from workers whose machine was merely
 * busy or whose broker restarted. A job may lose three workers (deploys, spot instances); one that kills a fourth is at fault.
 */
export const lease = { lockDuration: 10_000, stalledInterval: 2_500, maxStalledCount: 3 };

type Running<Data> = Job<Data, unknown>;

/**
 * BullMQ writes progress and log lines as they come, in any order, and fails the job when one cannot be written. Here they
 * are written one after the other and before the job ends, and a line that is lost costs nothing but the line.
 */
class OrderlyWorker<Data> extends Worker<
  Data,
  unknown,
  string,
  IQueueBackend,
  JobProgress,
  ConnectionOptions
> {
  readonly underWay = new Map<string, Running<Data>>();

  protected override async callProcessJob(
    job: Running<Data>,
    token: string,
    signal?: AbortSignal,
  ): Promise<unknown> {
    let written: Promise<unknown> = Promise.resolve();
    const inTurn = (write: () => Promise<unknown>) => {
      written = written.then(write).catch((error: Error) => this.emit('error', error));
    };
    const { updateProgress, log } = job;
    job.updateProgress = async (progress) => inTurn(() => updateProgress.call(job, progress));
    job.log = async (line) => {
      inTurn(() => log.call(job, line));
      return 0;
    };
    const id = job.id ?? '';
    this.underWay.set(id, job);
    this.endIfCancelled(job);
    try {
      return await super.callProcessJob(job, token, signal);
    } catch (error) {
      // A sandbox that is cancelled just ends (sandbox.ts): an exit code says nothing to anybody.
      const ended = isCancelled(signal) && /^Unexpected exit code/.test(messageOf(error));
      throw ended ? new UnrecoverableError(signal?.reason) : error;
    } finally {
      await written;
      if (this.underWay.get(id) === job) this.underWay.delete(id); // a job that was lost may have come back
    }
  }

  /** Looks at the running jobs again and again, and ends those that somebody has cancelled since. */
  async endCancelled(signal: AbortSignal): Promise<void> {
    for (; !signal.aborted; await delay(500, undefined, { ref: false, signal }).catch(() => {})) {
      for (const [id, job] of this.underWay) {
        const found = await Job.fromId<Data>(this, id).catch(() => undefined); // the broker is away: next time
        if (found === undefined) continue;
        job.data = found.data;
        this.endIfCancelled(job);
      }
    }
  }

  private endIfCancelled({ id = '', data }: Pick<Running<Data>, 'id' | 'data'>): void {
    const cancellation = cancellationIn(data);
    if (cancellation !== null) this.cancelJob(id, abortReasonOf(cancellation));
  }
}

function narrate<Data>(worker: OrderlyWorker<Data>, log: (line: string) => void): void {
  worker.on('active', ({ id, attemptsMade, opts }) => {
    log(`${id} started, attempt ${attemptsMade + 1} of ${opts.attempts}`);
  });
  worker.on('completed', ({ id }) => log(`${id} completed`));
  worker.on('failed', (job, error) => log(`${job?.id} failed: ${error.message}`));
  worker.on('stalled', (id) => log(`${id} was left by its worker; it is in the queue again`));
  worker.on('error', (error) => log(`broker: ${messageOf(error)}`));
}

function tellEnds<Data>(worker: OrderlyWorker<Data>, onEnd: (end: JobEnd) => void): void {
  const tell = ({ name, processedOn, finishedOn }: Running<Data>, result: JobEnd['result']) =>
    onEnd({
      ...{ name, result },
      seconds: processedOn && finishedOn ? (finishedOn - processedOn) / 1_000 : 0,
    });
  worker.on('completed', (job) => tell(job, 'completed'));
  worker.on('failed', (job) => job && tell(job, job.finishedOn === undefined ? 'retried' : 'failed'));
}

async function close<Data>(worker: OrderlyWorker<Data>, patienceMs: number): Promise<boolean> {
  const closed = worker.close().then(() => true);
  const within = (milliseconds: number) => Promise.race([closed, delay(milliseconds, false, { ref: false })]);
  if (await within(patienceMs)) return true;
  worker.cancelAllJobs('the trainer stops'); // the job is given back
  if (await within(5_000)) return true;
  await Promise.all([...worker.underWay.values()].map((job) => job.moveToWait(job.token).catch(() => {})));
  return false;
}
