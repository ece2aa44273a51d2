// A retraining as a person thinks of it: the way from the data to the traffic. Its jobs are fewer, because one of them evaluates, judges and
// registers, and the last step is a rollout, which no trainer does. Pure functions.

import type { RetrainingStep } from '@flightdeck/admin-api';
import type { RetrainingStatus, StageStatus } from '@flightdeck/queue';
import type { RolloutState } from '@flightdeck/rollout';
import { z } from 'zod';

type StepState = RetrainingStep['state'];

/** The last job's own stages, by the step that they belong to, in order. */
const ofLastJob: Readonly<Record<string, RetrainingStep['name']>> = {
  read: 'fit',
  fit: 'fit',
  baselines: 'evaluate',
  evaluate: 'evaluate',
  export: 'evaluate',
  gate: 'gate',
  register: 'register',
};

const resultSchema = z.object({
  version: z.int().nullable(),
  gate: z.object({ verdict: z.string(), reasons: z.array(z.string()) }),
});
type Result = z.infer<typeof resultSchema>;

/** What it led to; null while it has not ended well. */
export function resultOf({ result }: Pick<RetrainingStatus, 'result'>): Result | null {
  return resultSchema.safeParse(result).data ?? null;
}

/** `rollout`: that of the version that it led to. */
export function stepsOf(status: RetrainingStatus, rollout: RolloutState | null): RetrainingStep[] {
  const { job, stages } = status;
  const last = stages.find(({ stage }) => stage === 'conclude' || stage === 'recalibrate');
  const names = job.kind === 'retrain' ? afterTrials : (['fit', ...afterTrials] as const);
  const before = job.kind === 'retrain' ? [snapshotStep(stages), trialsStep(status)] : [];
  const steps = [...before, ...names.map((name) => lastJobStep(name, names, last, resultOf(status)))];
  const all = [...steps, rolloutStep(resultOf(status), rollout)];
  const isOver = status.state === 'failed' || status.state === 'cancelled';
  return all.map((one) => (isOver && one.state === 'waiting' ? { ...one, state: 'unreached' } : one));
}

const afterTrials = ['evaluate', 'gate', 'register'] as const;

const step = (
  name: RetrainingStep['name'],
  state: StepState,
  more: Partial<RetrainingStep> = {},
): RetrainingStep => ({ name, state, attempts: null, says: null, reasons: [], version: null, ...more });

function snapshotStep(stages: readonly StageStatus[]): RetrainingStep {
  const found = stages.find(({ stage }) => stage === 'snapshot');
  if (!found) return step('snapshot', 'waiting');
  return step('snapshot', found.state, { attempts: found.attempts, says: sayingOf(found) });
}

function trialsStep({ job, stages }: RetrainingStatus): RetrainingStep {
  const wanted = job.kind === 'retrain' ? job.trials : 0;
  const planned = typeof wanted === 'number' ? wanted : wanted.length;
  const trials = stages.filter(({ stage }) => stage.startsWith('trial-'));
  const count = (state: StageStatus['state']) => trials.filter((one) => one.state === state).length;
  const [done, failed] = [count('completed'), count('failed')];
  const state = trialsState(planned, done, failed, count('active'));
  const attempts = trials.length === 0 ? null : Math.max(...trials.map((one) => one.attempts));
  const says = `${done} of ${planned} done${failed > 0 ? `, ${failed} failed` : ''}.`;
  return step('trials', state, { attempts, says });
}

/** One that succeeds is enough. */
function trialsState(planned: number, done: number, failed: number, active: number): StepState {
  if (done + failed >= planned) return done > 0 ? 'completed' : 'failed';
  return active + done + failed > 0 ? 'active' : 'waiting';
}

function lastJobStep(
  name: RetrainingStep['name'],
  names: readonly RetrainingStep['name'][],
  job: StageStatus | undefined,
  result: Result | null,
): RetrainingStep {
  if (result !== null) return doneStep(name, job, result);
  if (!job || job.state === 'waiting') return step(name, 'waiting');
  const reached = ofLastJob[job.progress?.stage ?? ''] ?? names[0]!;
  const [own, at] = [names.indexOf(name), names.indexOf(reached)];
  if (own < at) return step(name, 'completed');
  if (own > at) return step(name, job.state === 'failed' ? 'unreached' : 'waiting');
  return step(name, job.state, { attempts: job.attempts, says: sayingOf(job) });
}

function doneStep(
  name: RetrainingStep['name'],
  job: StageStatus | undefined,
  { version, gate }: Result,
): RetrainingStep {
  const attempts = job?.attempts ?? null;
  if (name === 'gate') {
    const says = `The verdict is ${gate.verdict}, for ${gate.reasons.length} reasons.`;
    const state = gate.verdict === 'pass' ? 'completed' : 'failed';
    return step('gate', state, { attempts, says, reasons: gate.reasons });
  }
  if (name !== 'register') return step(name, 'completed', { attempts });
  if (version === null) return step('register', 'unreached', { says: 'The gate let no version in.' });
  return step('register', 'completed', { attempts, version, says: `It is version ${version}.` });
}

const rolloutStates: Readonly<Record<string, StepState>> = {
  running: 'active',
  held: 'active',
  halted: 'active',
  full: 'completed',
};

function rolloutStep(result: Result | null, rollout: RolloutState | null): RetrainingStep {
  if (result?.version === null) return step('rollout', 'unreached');
  if (rollout === null) return step('rollout', 'waiting');
  const last = rollout.decisions.at(-1);
  const state = rolloutStates[rollout.status] ?? 'failed';
  return step('rollout', state, { says: last?.why ?? null, version: rollout.candidate });
}

function sayingOf({ failure, progress }: StageStatus): string | null {
  return failure?.message ?? progress?.message ?? null;
}
