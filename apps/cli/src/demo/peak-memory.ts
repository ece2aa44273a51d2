// How much memory the demo takes at its worst: all of its processes together, looked at twice a second.

import { readdir, readFile } from 'node:fs/promises';

export interface MemoryWatch {
  /** Looks once more, and returns the largest sum seen, in bytes; null where the system has no /proc. */
  stop(): Promise<number | null>;
}

const everyMs = 500;

/** Watches the process and all that descend from it. */
export function watchMemory(root: number = process.pid): MemoryWatch {
  let peak: number | null = null;
  const look = async () => {
    const now = await residentBytes(root);
    if (now !== null) peak = Math.max(peak ?? 0, now);
  };
  const timer = setInterval(() => void look(), everyMs);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await look();
      return peak;
    },
  };
}

interface ProcessStatus {
  readonly pid: number;
  readonly parent: number;
  readonly bytes: number;
}

/** The resident memory of a process and its descendants; null without /proc. Pages that several share count for each. */
export async function residentBytes(root: number): Promise<number | null> {
  const names = await readdir('/proc').catch(() => null);
  if (names === null) return null;
  const statuses = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map(readStatus));
  const byParent = Map.groupBy(
    statuses.filter((status) => status !== null),
    ({ parent }) => parent,
  );
  const below = (pid: number): number =>
    (byParent.get(pid) ?? []).reduce((sum, child) => sum + child.bytes + below(child.pid), 0);
  return below(root) + (statuses.find((status) => status?.pid === root)?.bytes ?? 0);
}

/** Null for a process that has just ended. Kernel threads have no VmRSS. */
async function readStatus(name: string): Promise<ProcessStatus | null> {
  const text = await readFile(`/proc/${name}/status`, 'utf8').catch(() => null);
  if (text === null) return null;
  const field = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return { pid: Number(name), parent: field('PPid'), bytes: field('VmRSS') * 1024 };
}
