// KServe's InferenceService, as far as our example uses it, by hand: no package carries its schema. Stricter than the real one, which
// is some 39,000 lines (kserve/kserve, config/crd/full/serving.kserve.io_inferenceservices.yaml, as of 0.20).

import { z } from 'zod';
import type { Resource } from './resource.ts';

const quantities = z.strictObject({
  cpu: z.string().regex(/^\d+m?$/),
  memory: z.string().regex(/^\d+[MG]i$/),
});

const inferenceService = z.strictObject({
  apiVersion: z.literal('serving.kserve.io/v1beta1'),
  kind: z.literal('InferenceService'),
  metadata: z.strictObject({
    name: z.string().regex(/^[a-z]([-a-z0-9]*[a-z0-9])?$/),
    labels: z.record(z.string(), z.string()),
  }),
  spec: z.strictObject({
    predictor: z.strictObject({
      minReplicas: z.int().min(0),
      maxReplicas: z.int().min(1),
      scaleMetric: z.enum(['cpu', 'memory', 'concurrency', 'rps']),
      scaleTarget: z.int().min(1),
      serviceAccountName: z.string(),
      model: z.strictObject({
        modelFormat: z.strictObject({ name: z.string(), version: z.string() }),
        runtime: z.string(),
        protocolVersion: z.enum(['v1', 'v2', 'grpc-v1', 'grpc-v2']),
        storageUri: z.string().regex(/^(s3|gs|https|pvc|oci|hf):\/\/./),
        resources: z.strictObject({ requests: quantities, limits: quantities }),
      }),
    }),
  }),
});

export function inferenceServiceProblems(resource: Resource): readonly string[] {
  const { error } = inferenceService.safeParse(resource);
  return (error?.issues ?? []).map(({ path, message }) => `/${path.join('/')}: ${message}`);
}
