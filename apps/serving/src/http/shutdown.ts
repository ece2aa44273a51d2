// When to stop: on SIGTERM, on SIGINT, and when the process that started this one is gone.

import type { FastifyBaseLogger } from 'fastify';

/**
 * Calls `close` once, then exits with 0. The same signal a second time exits at once, with 128 plus its number as shells do.
 * It has to be the same one: after Ctrl-C a terminal sends SIGINT to every process of the group, and the parent then
 * sends its children SIGTERM on top, which is no impatience.
 */
export function stopOnSignal(log: FastifyBaseLogger, close: () => Promise<void>): void {
  const received = new Set<string>();
  const stop = (reason: string) => {
    const isFirst = received.size === 0;
    received.add(reason);
    log.info({ reason }, isFirst ? 'stopping: finishing what was accepted' : 'already stopping');
    if (isFirst) closeAndExit(log, close);
  };
  const onSignal = (signal: NodeJS.Signals, number: number) => {
    if (received.has(signal)) process.exit(128 + number);
    stop(signal);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  // A parent that was killed cannot stop its children any more; without this an orphan would hold the port.
  process.on('disconnect', () => stop('parent gone'));
}

/** Ends the process, with 0 if everything could be closed. */
export function closeAndExit(log: FastifyBaseLogger, close: () => Promise<void>): void {
  close().then(
    () => process.exit(0),
    (error: unknown) => {
      log.fatal({ err: error }, 'could not stop in good order');
      process.exit(1);
    },
  );
}
