// What is declared for a model: which windows are reported, what is an alarm, what a rollout must show, when to retrain. Whoever owns the
// model overrides these defaults in models/<model>/monitoring.json, section by section; whoever runs it, in the place of that, in
// FLIGHTDECK_HOME/policies/<model>.json.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FlightdeckError, isSystemError, repositoryRoot } from '@flightdeck/core';
import { alarmPolicySchema, weeklyPolicy } from '@flightdeck/monitoring';
import { retrainingPolicySchema, rolloutPolicySchema } from '@flightdeck/rollout';
import { z } from 'zod';

const minutes = z.number().positive();
const day = 1_440;

const windowSchema = z
  .strictObject({
    lengthMinutes: z.int().positive(),
    /** Where windows begin: at its multiples, counted from a Monday. Shorter than the length, windows overlap; the length by default. */
    stepMinutes: z.int().positive().optional(),
    alarms: alarmPolicySchema.prefault({}),
  })
  .transform(({ lengthMinutes, stepMinutes = lengthMinutes, alarms }) => ({
    lengthMinutes,
    stepMinutes,
    alarms,
  }))
  .refine(
    ({ lengthMinutes, stepMinutes }) => lengthMinutes % stepMinutes === 0,
    'needs a length of whole steps',
  );
/** A window is reported when it is complete, and again when its labels have had the time that its alarms declare. */
export type WindowPolicy = z.infer<typeof windowSchema>;

const retrainingSchema = retrainingPolicySchema.extend({
  /** Of event time, counted from 1970 UTC; null for no schedule. */
  everyMinutes: minutes.nullable().default(null),
  /** What a retraining is told. */
  job: z
    .strictObject({
      /** Training rows; null for all. */
      rows: z.int().positive().nullable().default(null),
      /** Sets of hyperparameters. */
      trials: z.int().min(1).max(64).default(4),
      seed: z.int().nonnegative().default(1),
    })
    .prefault({}),
});

/** A day shows what is grossly wrong, on the next day; what drifts and decays slowly takes weeks to be seen. */
const defaultWindows = [
  windowSchema.parse({ lengthMinutes: day }),
  windowSchema.parse({ lengthMinutes: 7 * day, alarms: weeklyPolicy }),
];

/** Careful with the unknown model: some thousand requests of evidence at each step, and a day until somebody is told that there are none. */
const defaultRollout = rolloutPolicySchema.parse({
  shadow: {
    rate: 0.5,
    minimumPairs: 1_000,
    minimumMinutes: 60,
    maximumDisagreement: 0.1,
    quality: { minimumLabels: 1_000, logLossMargin: 0.01 },
  },
  canary: [
    { share: 0.05, minimumRequests: 1_000, minimumMinutes: 60 },
    { share: 0.25, minimumRequests: 2_000, minimumMinutes: 60 },
  ],
  service: { errorIncrease: 0.02, p99Ratio: 2 },
  scores: { psi: 0.2, meanDifference: 0.05 },
  quality: { labels: 'optional', minimumLabels: 1_000, minimumCoverage: 0.5, logLossMargin: 0.05 },
  timeouts: { holdAfterMinutes: day, haltAfterMinutes: 3 * day },
});

const defaultRetraining = retrainingSchema.parse({
  quality: {
    minimumLabels: 2_000,
    minimumCoverage: 0.8,
    maximumAucLoss: 0.02,
    maximumCalibrationError: 0.01,
  },
  retrain: { cooldownMinutes: day, perDay: 1 },
  recalibrate: { cooldownMinutes: day / 2, perDay: 2 },
});

const modelPolicySchema = z.strictObject({
  /** How late a prediction may be in the log before its window is taken for complete. */
  latenessMinutes: z.number().nonnegative().default(5),
  windows: z
    .array(windowSchema)
    .min(1)
    .refine(
      (all) => new Set(all.map(({ lengthMinutes }) => lengthMinutes)).size === all.length,
      'has two of one length',
    )
    .default(defaultWindows),
  /** A section that is given takes the place of the whole default: half of a rollout policy is no policy. */
  rollout: rolloutPolicySchema.default(defaultRollout),
  retraining: retrainingSchema.default(defaultRetraining),
});
export type ModelPolicy = z.infer<typeof modelPolicySchema>;

/** The longest window that is reported: the one that sees the finest differences. */
export function longestWindow({ windows }: ModelPolicy): WindowPolicy {
  return windows.toSorted((a, b) => b.lengthMinutes - a.lengthMinutes)[0]!;
}

/** A model's policy as it is declared now. POLICY_INVALID names the file and each field that is wrong. */
export async function readPolicy(home: string, model: string): Promise<ModelPolicy> {
  const declared =
    (await readDeclared(join(home, 'policies', `${model}.json`))) ??
    (await readDeclared(join(repositoryRoot, 'models', model, 'monitoring.json')));
  return declared ?? modelPolicySchema.parse({});
}

/** Null where there is no such file. */
async function readDeclared(path: string): Promise<ModelPolicy | null> {
  const json = await readJson(path);
  if (json === undefined) return null;
  const parsed = modelPolicySchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'file'}: ${issue.message}`);
  throw policyInvalid(path, problems.join('; '));
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    if (error instanceof SyntaxError) throw policyInvalid(path, 'it is not valid JSON');
    throw error;
  }
}

function policyInvalid(path: string, problems: string): FlightdeckError {
  return new FlightdeckError(
    'POLICY_INVALID',
    `The policy ${path} is wrong: ${problems}. Until it is mended, nothing is decided about this model.`,
  );
}
