// LISTEN on a connection of its own: triggers on the tables that serving follows notify at each commit.

import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { announcer, type RegistryWatch } from './engine.ts';

export const channel = 'flightdeck_registry';

const reconnectMs = 1_000;

/**
 * Calls `onChange` soon after somebody has committed, and whenever a connection was lost and is there again: what was said meanwhile
 * has not been heard. That the server is away is the registry's error to report, at the next poll.
 */
export function watchPostgres(config: pg.ClientConfig, onChange: () => void): RegistryWatch {
  const { tell, stop } = announcer(onChange);
  const stopping = new AbortController();
  const { signal } = stopping;
  void listen();
  return {
    stop() {
      stop();
      stopping.abort();
    },
  };

  async function listen(): Promise<void> {
    while (!signal.aborted) {
      await untilLost().catch(() => {});
      await wait(reconnectMs, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  async function untilLost(): Promise<void> {
    const client = new pg.Client({ ...config, application_name: 'flightdeck-registry-watch' });
    const lost = Promise.withResolvers<void>();
    client.on('error', () => lost.resolve());
    client.on('end', () => lost.resolve());
    client.on('notification', tell);
    const end = () => void client.end().catch(() => {});
    signal.addEventListener('abort', end, { once: true });
    try {
      await client.connect();
      await client.query(`listen ${channel}`);
      tell();
      await lost.promise;
    } finally {
      signal.removeEventListener('abort', end);
      await client.end().catch(() => {});
    }
  }
}
