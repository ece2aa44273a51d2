// The simulator as a child: it is given a plan, tells how it goes, may ask for something to be done, and ends with a summary.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { FlightdeckError, repositoryRoot } from '@flightdeck/core';
import { z } from 'zod';
import type { CliEnv } from '../env.ts';

const main = join(repositoryRoot, 'apps/simulator/src/main.ts');

/** What its process says that is read here; docs/simulator.md has all of it. */
const summarySchema = z.looseObject({
  complete: z.boolean(),
  position: z.string(),
  seconds: z.number(),
  total: z.looseObject({ predicted: z.int(), refused: z.int(), codes: z.record(z.string(), z.int()) }),
  events: z.looseObject({ sent: z.int(), accepted: z.int(), duplicate: z.int(), late: z.int() }),
  labels: z.looseObject({ sent: z.int(), withheld: z.int() }),
});
export type ReplaySummary = z.infer<typeof summarySchema>;

const turn = { scenario: z.string(), state: z.enum(['begins', 'ends']) };
const messageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('progress'), at: z.string(), predicted: z.int() }),
  z.object({ kind: z.literal('away'), route: z.string(), reason: z.string() }),
  z.object({ kind: z.literal('back'), route: z.string(), afterMs: z.number() }),
  z.object({ kind: z.literal('scenario'), at: z.string(), ...turn }),
  z.object({ kind: z.literal('ask'), ...turn }),
  z.object({ kind: z.literal('summary'), summary: summarySchema }),
]);
export type ReplayMessage = z.infer<typeof messageSchema>;

export interface ReplayOptions {
  readonly signal: AbortSignal;
  /** Hears everything; where the replay asks for something, it goes on once this has resolved. */
  readonly onMessage: (message: ReplayMessage) => Promise<void> | void;
}

/** Replays a plan (apps/simulator/src/replay-plan.ts declares it) to its end. Rejects with the simulator's own error. */
export async function replay(
  env: CliEnv,
  plan: Readonly<Record<string, unknown>>,
  { signal, onMessage }: ReplayOptions,
): Promise<ReplaySummary> {
  signal.throwIfAborted();
  const child = spawn(process.execPath, [main], {
    cwd: repositoryRoot,
    env: { ...env.inherited, FLIGHTDECK_HOME: env.home, SIMULATOR_PLAN: JSON.stringify(plan) },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    detached: true, // Ctrl-C reaches the CLI alone, which then stops it
  });
  const stop = () => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  const errors = text(child.stderr!);
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {}); // it is looked at when the process has ended
  let summary: ReplaySummary | undefined;
  child.on('message', async (said) => {
    try {
      const message = messageSchema.parse(said);
      if (message.kind === 'summary') summary = message.summary;
      await onMessage(message);
      if (message.kind === 'ask') child.send({ ...message, kind: 'done' });
    } catch (error) {
      failed.reject(error);
      stop();
    }
  });
  try {
    await once(child, 'exit');
    signal.throwIfAborted();
    return await Promise.race([failed.promise, ended(summary, await errors)]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function ended(summary: ReplaySummary | undefined, errors: string): Promise<ReplaySummary> {
  if (summary?.complete) return summary;
  throw failureIn(errors);
}

/** Its last words: "CODE: message". */
function failureIn(errors: string): FlightdeckError {
  const [, code, message] = /^([A-Z][A-Z_]+): (.+)$/m.exec(errors) ?? [];
  if (code !== undefined && message !== undefined) return new FlightdeckError(code, message);
  return new FlightdeckError('REPLAY_FAILED', `The simulator did not come to its end: ${errors.trim()}`);
}

const scenarioSchema = z.object({
  name: z.string(),
  what: z.string(),
  expects: z.object({ kind: z.string(), subject: z.string() }),
  recovery: z.enum(['by itself', 'late', 'rolled back']),
});
export type Scenario = z.infer<typeof scenarioSchema>;

/** The scenarios that a model has. MODEL_UNKNOWN. */
export async function listScenarios(model: string): Promise<readonly Scenario[]> {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [main, 'scenarios', model]).catch((error) => {
    throw failureIn(String(error.stderr));
  });
  return z.array(scenarioSchema).parse(JSON.parse(stdout));
}
