// How much of the processors a machine's host gave to others: a round of a benchmark in which that was much says nothing.

import { readFileSync } from 'node:fs';

/** A round that lost more of the processors than that is made again, so many times. */
export const mostStolen = 0.05;
export const mostRepeats = 5;

/** Starts to count. What is returned says which share of all processor time the host has kept since; 0 where nobody tells. */
export function countStolenTime(): () => number {
  const before = ticks();
  return () => {
    const now = ticks();
    const passed = now.all - before.all;
    return passed > 0 ? (now.stolen - before.stolen) / passed : 0;
  };
}

/** The first line of /proc/stat, proc(5): user, nice, system, idle, iowait, irq, softirq, steal. */
function ticks(): { readonly all: number; readonly stolen: number } {
  if (process.platform !== 'linux') return { all: 0, stolen: 0 };
  const [line] = readFileSync('/proc/stat', 'utf8').split('\n');
  const fields = line!.split(/\s+/).slice(1, 9).map(Number);
  return { all: fields.reduce((sum, field) => sum + field, 0), stolen: fields[7] ?? 0 };
}
