// What is in a bundle: the names of its files, and the schemas of those that serving reads.

import { z } from 'zod';

export const bundleFiles = {
  /** Preprocessing, network and calibration in one graph. */
  model: 'model.onnx',
  /** MLflow's description of the folder. */
  mlmodel: 'MLmodel',
  signature: 'signature.json',
  /** The feature definitions the model was trained with. */
  features: 'features.json',
  /** How every feature and the score were distributed at training time: what drift is measured against. */
  referenceProfile: 'reference-profile.json',
  evaluation: 'evaluation.json',
  /** Rows with their right answers: serving runs them before it takes a version. */
  golden: 'golden.json',
  modelCard: 'MODEL_CARD.md',
} as const;

const inputSchema = z.object({
  name: z.string(),
  type: z.enum(['number', 'string']),
  description: z.string(),
  /** Taken where a request leaves the input out; null means that the model has its own answer to a missing value. */
  default: z.union([z.number(), z.string(), z.null()]),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  /** The values that training knew; others are legal and count as unknown. */
  categories: z.array(z.string()).optional(),
});

/** `signature.json`: what the model takes and gives. */
export const signatureSchema = z.object({
  inputs: z.array(inputSchema).min(1),
  output: z.object({ name: z.string(), type: z.literal('number'), description: z.string() }),
  /** Probabilities from here on count as positive. */
  threshold: z.number().min(0).max(1),
  /** What the probability is of, such as "arrives more than 15 minutes late". */
  positive: z.string(),
});
export type Signature = z.infer<typeof signatureSchema>;

/** `golden.json`: a server whose answers differ by more than the tolerance must not serve the version. */
export const goldenRowsSchema = z.object({
  tolerance: z.number().positive(),
  rows: z
    .array(
      z.object({
        input: z.record(z.string(), z.union([z.number(), z.string(), z.null()])),
        probability: z.number().min(0).max(1),
      }),
    )
    .min(1),
});
export type GoldenRows = z.infer<typeof goldenRowsSchema>;
