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

const scoreInputSchema = z.object({
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

/** A model of the kit's own: one column per feature in, one calibrated probability a row out. */
const scoreSignatureSchema = z.object({
  kind: z.literal('score').default('score'),
  inputs: z.array(scoreInputSchema).min(1),
  output: z.object({ name: z.string(), type: z.literal('number'), description: z.string() }),
  /** Probabilities from here on count as positive. */
  threshold: z.number().min(0).max(1),
  /** What the probability is of, such as "arrives more than 15 minutes late". */
  positive: z.string(),
});
export type ScoreSignature = z.infer<typeof scoreSignatureSchema>;

const tensorSchema = z.object({
  name: z.string(),
  /** The element type in ONNX's words, such as float32, int64, string. */
  type: z.string(),
  /** A size for each dimension, or the name of one that differs from call to call. */
  shape: z.array(z.union([z.number().int().nonnegative(), z.string()])),
});

/** A model that was imported: whatever tensors its graph names. */
const tensorSignatureSchema = z.object({
  kind: z.literal('tensors'),
  inputs: z.array(tensorSchema).min(1),
  outputs: z.array(tensorSchema).min(1),
});
export type TensorSignature = z.infer<typeof tensorSignatureSchema>;

/** `signature.json`: what the model takes and gives. */
export const signatureSchema = z.union([scoreSignatureSchema, tensorSignatureSchema]);
export type Signature = z.infer<typeof signatureSchema>;

/** `golden.json` of a score model: a server whose answers differ by more than the tolerance must not serve the version. */
const scoreGoldenRowsSchema = z.object({
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
export type ScoreGoldenRows = z.infer<typeof scoreGoldenRowsSchema>;

/** `golden.json` of an imported model: a row is one value (or nested lists, in the row's shape) per input and output. */
const tensorGoldenRowsSchema = z.object({
  tolerance: z.number().positive(),
  rows: z
    .array(z.object({ inputs: z.record(z.string(), z.json()), outputs: z.record(z.string(), z.json()) }))
    .min(1),
});
export type TensorGoldenRows = z.infer<typeof tensorGoldenRowsSchema>;

export const goldenRowsSchema = z.union([scoreGoldenRowsSchema, tensorGoldenRowsSchema]);
export type GoldenRows = z.infer<typeof goldenRowsSchema>;
