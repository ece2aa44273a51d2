// Decisions to train or to recalibrate, as the registry keeps them. The whole job is in the record: the record is written first, and
// whoever finds one whose job the queue does not have hands it in.

import type { RetrainingHistory, RetrainingJob } from '@flightdeck/queue';
import type { Json, Registry } from '@flightdeck/registry';
import type { RetrainingAction } from '@flightdeck/rollout';
import { z } from 'zod';

export const actions = ['retrain', 'recalibrate'] as const;

/** The queue parses the job again; here it is only passed on. */
const jobSchema = z.custom<RetrainingJob>(
  (job) => z.looseObject({ kind: z.enum(actions), until: z.number() }).safeParse(job).success,
);

const evidenceSchema = z.object({
  /** Event time. */
  at: z.number(),
  triggers: z.array(z.object({ id: z.string() })),
  job: jobSchema,
  /** What beside the job decides its outcome. */
  versions: z.record(z.string(), z.string()),
});

export interface RetrainingRecord extends z.infer<typeof evidenceSchema> {
  readonly action: (typeof actions)[number];
}

/** Limits of a day and a cooldown are all that is asked of them. */
const lookBack = 50;

/** Oldest first. */
export async function readRecords(
  { decisions }: Pick<Registry, 'decisions'>,
  model: string,
): Promise<readonly RetrainingRecord[]> {
  const found = await Promise.all(
    actions.map(async (action) =>
      (await decisions.list({ model, kind: action, limit: lookBack })).map(({ evidence }) => ({
        action,
        ...evidenceSchema.parse(evidence),
      })),
    ),
  );
  return found.flat().sort((a, b) => a.at - b.at);
}

export function evidenceOf(record: Omit<RetrainingRecord, 'action'>): Record<string, Json> {
  return record as unknown as Record<string, Json>;
}

/** What has been begun, by these records and by whoever used the queue without us. */
export function actionsOf(
  records: readonly RetrainingRecord[],
  history: RetrainingHistory,
): readonly RetrainingAction[] {
  const queued = [...history.active, ...history.waiting, ...history.ended];
  const isActive = ({ state }: { state: string }) => state === 'active' || state === 'waiting';
  const ours = records.map(({ action, at, triggers, job }) => {
    const found = queued.find((one) => isOf(one.job, job));
    const active = found === undefined ? isPending({ job, at }, records, history) : isActive(found);
    return { at, action, triggers: triggers.map(({ id }) => id), active };
  });
  const others = queued
    .filter(({ job }) => !records.some((record) => isOf(job, record.job)))
    .map((one) => ({ at: one.job.until, action: one.job.kind, triggers: [], active: isActive(one) }));
  return [...ours, ...others].sort((a, b) => a.at - b.at);
}

/** Its kind and the event time up to which it may learn tell a model's retrainings apart. */
function isOf(job: RetrainingJob, wanted: RetrainingJob): boolean {
  return job.kind === wanted.kind && job.until === wanted.until;
}

/** The latest record, where the queue has neither its job nor anything newer or under way: a crash came between the two. */
export function isPending(
  { job, at }: Pick<RetrainingRecord, 'job' | 'at'>,
  records: readonly RetrainingRecord[],
  { active, waiting, ended }: RetrainingHistory,
): boolean {
  const isLatest = records.every((record) => record.at <= at);
  const isKnown = [...active, ...waiting, ...ended].some((one) => one.job.until >= job.until);
  return isLatest && !isKnown && active.length === 0 && waiting.length === 0;
}
