// A question from the primary to all of its workers at once.

import type { Question } from './messages.ts';

export interface Asking {
  /** The answers by worker, of those that gave one in time and did not end before. */
  ask(
    question: Question,
    workers: readonly number[],
    timeoutMs: number,
  ): Promise<ReadonlyMap<number, unknown>>;
  answered(worker: number, id: number, value: unknown): void;
  /** The worker is gone; nobody waits for it any more. */
  left(worker: number): void;
}

interface Round {
  readonly missing: Set<number>;
  readonly answers: Map<number, unknown>;
  readonly end: () => void;
}

export function asking(send: (worker: number, id: number, question: Question) => void): Asking {
  const rounds = new Map<number, Round>();
  let lastId = 0;

  function heard(round: Round | undefined, worker: number): void {
    if (round?.missing.delete(worker) && round.missing.size === 0) round.end();
  }

  return {
    async ask(question, workers, timeoutMs) {
      const id = ++lastId;
      const { promise, resolve } = Promise.withResolvers<void>();
      const round = { missing: new Set(workers), answers: new Map<number, unknown>(), end: resolve };
      rounds.set(id, round);
      const timer = setTimeout(resolve, timeoutMs);
      for (const worker of workers) send(worker, id, question);
      if (workers.length > 0) await promise;
      clearTimeout(timer);
      rounds.delete(id);
      return round.answers;
    },
    answered(worker, id, value) {
      const round = rounds.get(id);
      round?.answers.set(worker, value);
      heard(round, worker);
    },
    left(worker) {
      for (const round of rounds.values()) heard(round, worker);
    },
  };
}
