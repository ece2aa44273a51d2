// The protocol's objects as schemas, for the documentation. Requests are not checked with these: see infer-request.ts.

import { z } from 'zod';
import { datatypes } from './datatypes.ts';

const datatype = z.enum(Object.values(datatypes));
const shape = z.array(z.number().int().nonnegative());
const data = z.array(z.unknown()).describe('The elements in row-major order, flat or nested in the shape.');
const binaryDataSize = z
  .object({
    binary_data_size: z.number().int().nonnegative().describe('How many bytes behind the JSON are its data.'),
  })
  .partial();

export const inferenceRequest = z
  .strictObject({
    id: z.string().optional().describe('Comes back in the answer.'),
    model_name: z.string().optional().describe('If sent, the name in the address.'),
    parameters: z
      .strictObject({
        timeout: z.number().describe('How long the caller waits, microseconds.'),
        binary_data_output: z.boolean().describe('Whether outputs are given as binary data.'),
      })
      .partial()
      .optional(),
    inputs: z.array(
      z.strictObject({
        name: z.string(),
        datatype,
        shape,
        parameters: binaryDataSize.optional(),
        data: data.optional(),
      }),
    ),
    outputs: z
      .array(
        z.strictObject({
          name: z.string(),
          parameters: z.strictObject({ binary_data: z.boolean() }).partial().optional(),
        }),
      )
      .optional()
      .describe('Which outputs to give, in this order; all if left out.'),
  })
  .meta({
    id: 'InferenceRequest',
    description:
      'With the header Inference-Header-Content-Length, the length of this object in bytes, binary data of inputs may follow it.',
  });

export const inferenceResponse = z
  .object({
    model_name: z.string(),
    model_version: z.string(),
    id: z.string().optional(),
    outputs: z.array(
      z.object({
        name: z.string(),
        datatype,
        shape,
        parameters: binaryDataSize.optional(),
        data: data.optional(),
      }),
    ),
  })
  .meta({ id: 'InferenceResponse' });

const tensorMetadata = z.object({
  name: z.string(),
  datatype,
  shape: z.array(z.number().int()).readonly().describe('-1 for a size that differs from call to call.'),
});

export const modelMetadata = z
  .object({
    name: z.string(),
    versions: z.array(z.string()).readonly().describe('Those that can be asked for by number.'),
    platform: z.string(),
    inputs: z.array(tensorMetadata).readonly(),
    outputs: z.array(tensorMetadata).readonly(),
    parameters: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
      .describe('What is served here and how.'),
  })
  .meta({ id: 'ModelMetadata' });

export const modelReady = z.object({ name: z.string(), ready: z.literal(true) });

export const serverMetadata = z
  .object({ name: z.string(), version: z.string(), extensions: z.array(z.string()).readonly() })
  .meta({ id: 'ServerMetadata' });

export const repositoryIndex = z
  .array(
    z.object({
      name: z.string(),
      version: z.string(),
      state: z.enum(['READY', 'UNAVAILABLE']),
      reason: z.string().describe('Why it is unavailable; empty when it is ready.'),
    }),
  )
  .meta({ id: 'RepositoryIndex' });
