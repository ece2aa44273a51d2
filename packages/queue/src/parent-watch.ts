// Ends a sandbox when the trainer that started it is gone, so that a killed trainer leaves no training behind.

import { Worker } from 'node:worker_threads';
import { isSystemError } from '@flightdeck/core';

/**
 * The closed channel tells an idle event loop at once. A loop that is busy with arithmetic does not hear it, so a thread
 * watches the parent's pid as well, and kills. A trainer that dies while its sandbox starts is not the parent any more when the
 * thread looks first; there BullMQ would report the broken pipe through the broken pipe, for ever.
 */
export function endWithParent(): void {
  process.once('disconnect', () => process.exit(1));
  process.prependListener('uncaughtException', (error) => {
    if (isSystemError(error, 'EPIPE', 'ERR_IPC_CHANNEL_CLOSED')) process.exit(1);
  });
  new Worker(new URL('./parent-watch-thread.ts', import.meta.url), { workerData: process.ppid }).unref();
}
