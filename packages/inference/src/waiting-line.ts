// The requests that wait for a run, in order of arrival, and how the next batch is cut from them.

import { type Batch, batchOf } from './batch.ts';
import type { RequestGroup } from './request-group.ts';
import type { Part, Ticket } from './ticket.ts';

export interface WaitingLine {
  readonly rows: number;
  /** The runs that they take if nobody else comes. */
  readonly runs: number;
  /** How many more with `rows` more in `group`. */
  runsFor(group: RequestGroup, rows: number): number;
  push(ticket: Ticket): void;
  /**
   * The next batch: the group is that of the first in line who need not wait for company any longer at `now`, or whose group
   * fills a run. Its requests follow in order of arrival while they fit; only one that fits no run is divided.
   */
  take(now: number): Batch | undefined;
  /** Takes one out, if not all of it has been taken. */
  leave(ticket: Ticket): void;
  /** Takes out those whose deadline has come. */
  expire(now: number): readonly Ticket[];
  readonly tickets: readonly Ticket[];
}

/** `most`: rows in a run. */
export function waitingLine(most: number): WaitingLine {
  let line: Ticket[] = [];
  let rows = 0;
  let runs = 0;

  const runsFor = ({ waiting }: RequestGroup, more: number) =>
    Math.ceil((waiting + more) / most) - Math.ceil(waiting / most);

  function count(group: RequestGroup, more: number): void {
    runs += runsFor(group, more);
    group.waiting += more;
    rows += more;
  }

  function cut(group: RequestGroup): Batch {
    const parts: Part[] = [];
    const wanted = Math.min(most, group.waiting);
    let taken = 0;
    let seen = 0;
    for (; taken < wanted; seen++) {
      const ticket = line[seen]!;
      if (ticket.group !== group) continue;
      const left = ticket.rows - ticket.taken;
      if (taken > 0 && taken + left > most) break;
      const from = ticket.taken;
      ticket.taken += Math.min(left, most);
      taken += ticket.taken - from;
      parts.push({ ticket, from, to: ticket.taken });
    }
    count(group, -taken);
    const isPrefix = seen === parts.length && line[0]!.taken === line[0]!.rows;
    if (isPrefix) line.splice(0, seen);
    else line = line.filter((ticket) => ticket.taken < ticket.rows);
    return batchOf(parts);
  }

  return {
    get rows() {
      return rows;
    },
    get runs() {
      return runs;
    },
    runsFor,
    push(ticket) {
      line.push(ticket);
      count(ticket.group, ticket.rows);
    },
    take(now) {
      const first = line.find(({ flushAt, group }) => flushAt <= now || group.waiting >= most);
      return first && cut(first.group);
    },
    leave(ticket) {
      if (ticket.taken === ticket.rows) return;
      line.splice(line.indexOf(ticket), 1);
      count(ticket.group, ticket.taken - ticket.rows);
    },
    expire(now) {
      const { late = [], early = [] } = Object.groupBy(line, ({ deadline }) =>
        deadline <= now ? 'late' : 'early',
      );
      line = early;
      for (const ticket of late) count(ticket.group, ticket.taken - ticket.rows);
      return late;
    },
    get tickets() {
      return line;
    },
  };
}
