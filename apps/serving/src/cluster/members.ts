// The workers that are alive, and what they have said of themselves: from it follows who takes connections, and whether the instance
// is ready, which all of them are told.

import type { Worker } from 'node:cluster';
import type { ConnectionSwitch } from './connection-switch.ts';
import type { ToWorker } from './messages.ts';
import { instanceUnreadiness, toAdmit, type WorkerState } from './readiness.ts';

export interface Members {
  join(worker: Worker, isReplacement: boolean): void;
  tell(worker: number, news: Partial<Pick<WorkerState, 'isUp' | 'unready'>>): void;
  leave(worker: number): void;
  send(worker: number, message: ToWorker): void;
  /** Those that can answer. */
  up(): readonly number[];
  counts(): { readonly taking: number; readonly starting: number };
}

interface Member extends WorkerState {
  readonly worker: Worker;
}

export function memberList(connections: ConnectionSwitch): Members {
  const members = new Map<number, Member>();

  function update(id: number, news: Partial<WorkerState>): void {
    const member = members.get(id);
    if (member) members.set(id, { ...member, ...news });
  }

  /** Whoever is about to end has closed its channel already: without a callback that would be an error of this process. */
  function send(id: number, message: ToWorker): void {
    members.get(id)?.worker.send(message, () => {});
  }

  /** An error means that the worker is gone, and its end brings the connection back. */
  function admit({ id, worker }: Member): void {
    update(id, { takesConnections: true });
    const give = (connection: number, socket: Parameters<ConnectionSwitch['accept']>[0]) =>
      void worker.send({ kind: 'connection', id: connection }, socket, { keepOpen: true }, () => {});
    connections.admit({ id, give });
  }

  function reconsider(): void {
    toAdmit([...members.values()]).forEach(admit);
    const unready = instanceUnreadiness([...members.values()]);
    for (const { id, isUp } of members.values()) if (isUp) send(id, { kind: 'instance', unready });
  }

  return {
    join(worker, isReplacement) {
      const { id } = worker;
      const state = { isUp: false, unready: undefined, takesConnections: false };
      members.set(id, { id, worker, isReplacement, ...state });
    },
    tell(id, news) {
      update(id, news);
      reconsider();
    },
    leave(id) {
      members.delete(id);
      connections.remove(id);
      reconsider();
    },
    send,
    up: () => [...members.values()].filter(({ isUp }) => isUp).map(({ id }) => id),
    counts() {
      const taking = [...members.values()].filter(({ takesConnections }) => takesConnections).length;
      return { taking, starting: members.size - taking };
    },
  };
}
