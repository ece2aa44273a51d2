// When a report raises an alarm, as data: enough rows, an effect that matters, no chance finding, and not once only. The defaults are
// for windows of a day in blocks of an hour. One day is one draw of the weather and says little of the next: what is wrong with service
// and data shows the same day, but features, score and quality have to be grossly off. What the policies cost in false alarms is
// measured by `npm run bench:false-alarms` and stated in docs/monitoring.md.

import { z } from 'zod';

const share = z.number().min(0).max(1);
const margin = z.number().nonnegative();
const windows = z.int().positive();

export const alarmPolicySchema = z.strictObject({
  /** Rows of so many minutes may resemble each other: every interval and test counts blocks of this length as the unit that repeats. */
  blockMinutes: z.int().positive().default(60),
  /** With fewer rows or blocks than this an item is inconclusive, whatever the numbers say. */
  minimum: z
    .strictObject({ rows: z.int().positive().default(1_000), blocks: z.int().min(2).default(6) })
    .prefault({}),
  /** The chance of a drift finding in a window where nothing has changed, all features and the score taken together. */
  significance: share.default(0.01),
  /** How many windows in a row must exceed. */
  persistence: z
    .strictObject({
      service: windows.default(1),
      dataQuality: windows.default(1),
      drift: windows.default(2),
      quality: windows.default(2),
    })
    .prefault({}),
  service: z
    .strictObject({
      /** Share of failed answers. */
      failed: share.default(0.01),
      /** An answer slower than `slowMs` is slow; so many may be. */
      slow: share.default(0.01),
      slowMs: z.number().positive().default(250),
    })
    .prefault({}),
  /** Shares of a window's rows, each as an increase over training. */
  dataQuality: z
    .strictObject({
      missing: share.default(0.02),
      outOfRange: share.default(0.01),
      unseen: share.default(0.02),
      defaulted: share.default(0.05),
      stale: share.default(0.05),
    })
    .prefault({}),
  drift: z
    .strictObject({
      /** Of the stability index, after what chance contributes to it. */
      stabilityIndex: margin.default(4),
      /** Features that are reported and never raise an alarm, such as a weekday where a window is a day. */
      unwatched: z.array(z.string()).default([]),
    })
    .prefault({}),
  quality: z
    .strictObject({
      /** The share of answers whose label must be known. Labels that come early are no fair sample of all. */
      coverage: share.default(0.9),
      /** How long after the window's end labels may still come. */
      labelDelayMinutes: z.int().nonnegative().default(1_440),
      /** By how much a metric may be worse than promised. */
      rocAuc: margin.default(0.1),
      logLoss: margin.default(0.1),
      brier: margin.default(0.04),
      ece: margin.default(0.08),
      /** The log loss that a new line through the logits would save, in nats. */
      recalibration: margin.default(0.03),
    })
    .prefault({}),
});
export type AlarmPolicy = z.infer<typeof alarmPolicySchema>;

/** For windows of a week in blocks of a day: fine enough to see what drifts and decays slowly. */
export const weeklyPolicy = alarmPolicySchema.parse({
  blockMinutes: 1_440,
  persistence: { drift: 3 },
  drift: { stabilityIndex: 0.2 },
  quality: { rocAuc: 0.02, logLoss: 0.02, brier: 0.01, ece: 0.01, recalibration: 0.001 },
});
