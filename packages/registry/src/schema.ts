// The shapes that cross the registry's border, each with its one schema: what callers hand in and what rows hold as JSON.

import { z } from 'zod';

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);

/** Numbers by name, such as `{ rocAuc: 0.78 }`. */
export const metricsSchema = z.record(z.string(), z.number());
export type Metrics = z.infer<typeof metricsSchema>;

/** Where a run's result comes from. What is not known when the run starts is null until `updateLineage`. */
export const lineageSchema = z.object({
  datasetVersion: z.string().nullable().default(null),
  featureVersion: z.string().nullable().default(null),
  codeVersion: z.string().nullable().default(null),
  commit: z.string().nullable().default(null),
  seed: z.number().int().nullable().default(null),
  backend: z.string().nullable().default(null),
});
export type Lineage = z.infer<typeof lineageSchema>;

/** What the gate said when the version was let in. */
export const gateSchema = z.object({
  verdict: z.enum(['pass', 'fail', 'inconclusive']),
  reasons: z.array(z.string()),
});
export type GateOutcome = z.infer<typeof gateSchema>;

/** A bundle's manifest: every file, sorted by path. The SHA-256 of its canonical JSON is the version's digest. */
export const manifestSchema = z.array(
  z.object({
    path: z.string(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    bytes: z.number().int().nonnegative(),
  }),
);
export type FileEntry = z.infer<typeof manifestSchema>[number];

/** Shares of traffic; weights are relative to their sum. A target is an alias (`champion`) or a version (`3`). */
export const trafficSchema = z
  .array(z.object({ target: name, weight: z.number().positive() }))
  .min(1)
  .refine(
    (traffic) => new Set(traffic.map(({ target }) => target)).size === traffic.length,
    'names a target twice',
  );
/** Versions that are asked too, about a share of the predictions, and whose answers nobody sees. */
export const shadowsSchema = z.array(z.object({ target: name, rate: z.number().gt(0).max(1) })).default([]);
export const endpointSchema = z.object({
  name,
  model: name,
  /** In the order in which units are laid out over it: the champion first, a canary last. */
  traffic: trafficSchema,
  shadows: shadowsSchema,
  /** Which units get which target depends on it: another salt shuffles all of them. */
  salt: z.string().max(63).default(''),
});
export type EndpointSpec = z.input<typeof endpointSchema>;

/** Whatever JSON can hold: parameters, evidence. */
export const jsonSchema = z.json();
export type Json = z.infer<typeof jsonSchema>;

/** Why a run failed. */
export const failureSchema = z.object({ code: z.string(), message: z.string() });
export type Failure = z.infer<typeof failureSchema>;
