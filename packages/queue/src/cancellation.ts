// How a job that is under way is told to end for good: a mark in its data, which the worker that has the job looks for. A
// mark, unlike an event, is still there when the broker or the worker comes back.

import { z } from 'zod';
import type { BullQueue } from './bull-queue.ts';

export const cancellationSchema = z.object({ actor: z.string().min(1), reason: z.string().min(1) });

export type Cancellation = z.infer<typeof cancellationSchema>;

const markedSchema = z.object({ cancelled: cancellationSchema });

/** Who cancelled the job with these data, and why. Null when nobody did. */
export function cancellationIn(data: unknown): Cancellation | null {
  return markedSchema.safeParse(data).data?.cancelled ?? null;
}

/** Marks the job, once: whoever was first stays the one who did it. */
export async function markCancelled<Data extends object>(
  queue: BullQueue<Data>,
  id: string,
  cancelled: Cancellation,
): Promise<void> {
  const job = await queue.getJob(id);
  if (job === undefined || cancellationIn(job.data) !== null) return;
  await job.updateData({ ...job.data, cancelled });
}

const code = 'CANCELLED: ';

/** What the job's signal is aborted with, and what its failure says (training-failure.ts): "CANCELLED: by ada: bad data". */
export function abortReasonOf({ actor, reason }: Cancellation): string {
  return `${code}by ${actor}: ${reason}`;
}

/** Tells being cancelled from the other reason to be aborted, which is that the trainer stops. */
export function isCancelled(signal: AbortSignal | undefined): boolean {
  return typeof signal?.reason === 'string' && signal.reason.startsWith(code);
}
