// What a version brings from its training, read from its bundle: how its features and score were distributed, how good it was on rows
// it had never seen, and the bounds of its inputs. A window of live traffic is compared with this.

import { FlightdeckError } from '@flightdeck/core';
import { type Bundle, bundleFiles, signatureSchema } from '@flightdeck/registry';
import { z } from 'zod';

const count = z.number().nonnegative();

const numberProfileSchema = z
  .object({
    kind: z.literal('number'),
    missing: count,
    mean: z.number(),
    deviation: z.number().nonnegative(),
    /** Inner borders of the bins, ascending: bin i holds edges[i-1] <= x < edges[i]. */
    edges: z.array(z.number()),
    counts: z.array(count),
  })
  .refine(({ edges, counts }) => counts.length === edges.length + 1, 'there is one more count than edges');
export type NumberProfile = z.infer<typeof numberProfileSchema>;

const categoryProfileSchema = z.object({
  kind: z.literal('category'),
  missing: count,
  counts: z.record(z.string(), count),
});
export type CategoryProfile = z.infer<typeof categoryProfileSchema>;

/** `reference-profile.json`. */
export const profileSchema = z.object({
  rows: count,
  features: z.record(z.string(), z.union([numberProfileSchema, categoryProfileSchema])),
  score: numberProfileSchema,
});

const estimateSchema = z.object({ value: z.number(), low: z.number(), high: z.number() });

/** What a report needs of `evaluation.json`, under `network`: the version's own metrics, with 95 % intervals over days. */
const promiseSchema = z.object({
  rows: count,
  positives: count,
  metrics: z.object({
    rocAuc: estimateSchema,
    logLoss: estimateSchema,
    brier: estimateSchema,
    ece: estimateSchema,
  }),
});

const boundsSchema = z.object({ minimum: z.number().optional(), maximum: z.number().optional() });

export const versionReferenceSchema = z.object({
  profile: profileSchema,
  promise: promiseSchema,
  /** By feature; one without an entry may have any value. */
  bounds: z.record(z.string(), boundsSchema),
});
export type VersionReference = z.infer<typeof versionReferenceSchema>;

/** REPORT_WITHOUT_REFERENCE where the version was imported, or its profile cannot be read: there is nothing to compare with. */
export async function readVersionReference(bundle: Bundle): Promise<VersionReference> {
  const signature = signatureSchema.parse(await readJson(bundle, bundleFiles.signature));
  if (signature.kind !== 'score')
    throw withoutReference('it was imported, and has no training to compare with');
  const parsed = versionReferenceSchema.safeParse({
    profile: await readJson(bundle, bundleFiles.referenceProfile),
    promise: ((await readJson(bundle, bundleFiles.evaluation)) as { network?: unknown }).network,
    bounds: Object.fromEntries(signature.inputs.map((input) => [input.name, boundsSchema.parse(input)])),
  });
  if (!parsed.success) throw withoutReference(z.prettifyError(parsed.error));
  return parsed.data;
}

async function readJson(bundle: Bundle, path: string): Promise<unknown> {
  return JSON.parse(Buffer.from(await bundle.read(path)).toString());
}

function withoutReference(why: string): FlightdeckError {
  return new FlightdeckError(
    'REPORT_WITHOUT_REFERENCE',
    `This version cannot be reported on: ${why}. Train it with the kit.`,
  );
}
