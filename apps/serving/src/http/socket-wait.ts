// How long a request may have lain in its socket before it was read. Nobody tells; but who is read in one turn of the event loop was
// not yet there in the turn before, or it would have been read then. Under overload this is most of the wait, and a server that does not
// count it answers callers who have gone.

export interface SocketWait {
  /** When a request that is read now can have come at the earliest. Times are those of `performance.now()`. */
  earliestArrival(now: number): number;
}

export interface Loop {
  /** How long it has waited for something to do in all its life, milliseconds. */
  idleMs(): number;
  /** Calls `task` when this turn has read all that there is. */
  onTurnEnd(task: () => void): void;
}

const eventLoop: Loop = {
  idleMs: () => performance.nodeTiming.idleTime,
  onTurnEnd: (task) => void setImmediate(task),
};

/** Idle for longer than that, the loop had nothing to read: whoever is read then has come just now. */
const idleAtLeastMs = 0.1;

export function socketWait(loop: Loop = eventLoop): SocketWait {
  /** When the latest turn that read a request read its first one, and how long the loop had been idle by then. */
  let turn = { firstReadAt: 0, idleMs: Number.NEGATIVE_INFINITY };
  let earliest = 0;
  let isNewTurn = true;

  function begin(now: number): void {
    isNewTurn = false;
    loop.onTurnEnd(() => {
      isNewTurn = true;
    });
    const idleMs = loop.idleMs();
    earliest = idleMs - turn.idleMs < idleAtLeastMs ? turn.firstReadAt : now;
    turn = { firstReadAt: now, idleMs };
  }

  return {
    earliestArrival(now) {
      if (isNewTurn) begin(now);
      return earliest;
    },
  };
}
