// A broker that belongs to one state directory: started by the first process that needs it, joined by the others, adopted
// when its owner was killed. Two locks hold this together: `starting` (for moments) and `owner` (for the owner's life).

import { access, constants, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { asStateError, type ProcessLock, tryLock } from '@flightdeck/core';
import { type BrokerRecord, readRecord, writeRecord } from './broker-record.ts';
import { checkBroker } from './connect.ts';
import { takeLock } from './process-lock.ts';
import { endServer, type ServerPlan, startServer } from './server-process.ts';

export interface PrivateBroker {
  readonly server: BrokerRecord;
  readonly part: 'started' | 'joined' | 'adopted';
  /** Ends the server if this process owns it. */
  stop(): Promise<void>;
}

/** What runs for this state directory, whoever started it, or what `plan` says should. */
export async function openPrivateBroker(
  home: string,
  plan: (folder: string, last: BrokerRecord | null) => Promise<ServerPlan>,
): Promise<PrivateBroker> {
  const folder = join(home, 'broker');
  await makeFolder(home, folder);
  return underLock(folder, async () => {
    const last = await readRecord(folder);
    const running = last !== null && (await answers(last.url)) ? last : null;
    if (running === null && last !== null) await endServer(last); // it hangs
    const server = running ?? (await start(folder, await plan(folder, last)));
    const owner = tryLock(join(folder, 'owner.lock'));
    const part = running === null ? 'started' : owner === null ? 'joined' : 'adopted';
    return { server, part, stop: () => stop(folder, owner) };
  });
}

/** The broker's folder is closed to others; the state directory around it keeps the user's umask. */
async function makeFolder(home: string, folder: string): Promise<void> {
  try {
    await mkdir(home, { recursive: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.W_OK);
  } catch (error) {
    throw asStateError(error, folder);
  }
}

async function start(folder: string, plan: ServerPlan): Promise<BrokerRecord> {
  await startServer(plan, () => answers(plan.url));
  await writeRecord(folder, plan);
  return plan;
}

async function stop(folder: string, owner: ProcessLock | null): Promise<void> {
  if (owner === null) return;
  await underLock(folder, async () => {
    const server = await readRecord(folder); // another process may have replaced a server that crashed
    if (server !== null) await endServer(server);
    owner.release();
  });
}

async function underLock<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  const lock = await takeLock(join(folder, 'starting.lock'), 60_000);
  try {
    return await work();
  } finally {
    lock.release();
  }
}

async function answers(url: string): Promise<boolean> {
  return checkBroker(url).then(
    () => true,
    () => false,
  );
}
