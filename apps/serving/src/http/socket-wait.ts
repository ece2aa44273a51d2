// How long a request may have lain in its socket before it was read. Nobody tells; but who is read in one turn of the event loop was
// not yet there in the turn before, or it would have been read then. Under overload this is most of the wait, and a server that does not
// count it answers callers who have gone.

export interface SocketWait {
  /** The most that a request which is read now can have waited, milliseconds. */
  longest(): number;
}

/** When a turn read its first request, and how long the loop had been idle in all its life by then. */
interface Turn {
  readonly firstReadAt: number;
  readonly idleMs: number;
}

/** Idle for longer than that, the loop had nothing to read: whoever is read then has come just now. */
const idleAtLeastMs = 0.1;

export interface LoopClock {
  now(): number;
  /** How long the loop has waited for something to do, milliseconds. */
  idleMs(): number;
  /** Calls `task` when this turn has read all that there is. */
  onTurnEnd(task: () => void): void;
}

const loopClock: LoopClock = {
  now: () => performance.now(),
  idleMs: () => performance.nodeTiming.idleTime,
  onTurnEnd: (task) => void setImmediate(task),
};

export function socketWait(clock: LoopClock = loopClock): SocketWait {
  let turn: Turn | null = null;
  /** Since when what is read in this turn may have been there. */
  let since = 0;
  let isNewTurn = true;

  function begin(now: number): void {
    isNewTurn = false;
    clock.onTurnEnd(() => {
      isNewTurn = true;
    });
    const idleMs = clock.idleMs();
    const wasBusy = turn !== null && idleMs - turn.idleMs < idleAtLeastMs;
    since = wasBusy ? turn!.firstReadAt : now;
    turn = { firstReadAt: now, idleMs };
  }

  return {
    longest() {
      const now = clock.now();
      if (isNewTurn) begin(now);
      return now - since;
    },
  };
}
