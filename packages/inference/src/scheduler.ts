// Time as the batcher knows it. Tests turn it by hand.

export interface Scheduler {
  /** Milliseconds; in a process the clock of `performance.now()`. */
  now(): number;
  /** Calls `task` once the work that is at hand has been taken in: on the next turn of the event loop. */
  onNextTurn(task: () => void): void;
  /** Calls `task` at `time`, or as soon after as can be (a timer may be a little early). Returns what calls it off. */
  at(time: number, task: () => void): () => void;
}

export const eventLoop: Scheduler = {
  now: () => performance.now(),
  onNextTurn: (task) => void setImmediate(task),
  at(time, task) {
    // Node's timers count whole milliseconds, 31 bits of them; who is called early asks again. A process that has nothing else to
    // do need not live for this.
    const ms = Math.max(1, Math.min(Math.ceil(time - performance.now()), 2 ** 31 - 1));
    const timer = setTimeout(task, ms).unref();
    return () => clearTimeout(timer);
  },
};
