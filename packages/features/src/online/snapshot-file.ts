// The memory store's state as a file: 64 characters of SHA-256, then what V8's structured clone makes of the state. A third of the time
// and two thirds of the bytes of JSON; the checksum tells a damaged file before it is decoded.

import { readFile } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import { FlightdeckError, isSystemError, sha256, writeFileAtomic } from '@flightdeck/core';
import type { MemoryState } from './memory-store.ts';
import type { OnlinePlan } from './online-plan.ts';

interface Saved {
  readonly plan: string;
  readonly state: MemoryState;
}

const checksumLength = 64;

export async function writeSnapshot(path: string, plan: OnlinePlan, state: MemoryState): Promise<void> {
  const body = serialize({ plan: plan.version, state } satisfies Saved);
  await writeFileAtomic(path, Buffer.concat([Buffer.from(sha256(body)), body]));
}

/** SNAPSHOT_MISSING, SNAPSHOT_DAMAGED or SNAPSHOT_OF_ANOTHER_PLAN: the caller starts empty, and says so. */
export async function readSnapshot(path: string, plan: OnlinePlan): Promise<MemoryState> {
  const file = await readFile(path).catch((error: unknown) => {
    if (!isSystemError(error, 'ENOENT')) throw error;
    throw unusable('MISSING', `There is no snapshot of online features at ${path}.`);
  });
  const body = file.subarray(checksumLength);
  if (file.toString('latin1', 0, checksumLength) !== sha256(body)) {
    throw unusable('DAMAGED', `${path} is not a whole snapshot of online features.`);
  }
  const saved = deserialize(body) as Saved;
  if (saved.plan === plan.version) return saved.state;
  throw unusable(
    'OF_ANOTHER_PLAN',
    `${path} holds other streams than the features of ${plan.view.name} need.`,
  );
}

function unusable(what: string, message: string): FlightdeckError {
  return new FlightdeckError(`SNAPSHOT_${what}`, `${message} Start without it and send past events again.`);
}
