// What the protocol's texts say of each JSON object, as far as the checks read it. More fields are always allowed.

import { z } from 'zod';
import { isElement } from './datatypes.ts';

export const ServerMetadata = z.looseObject({
  name: z.string(),
  version: z.string(),
  extensions: z.array(z.string()),
});

/** What the server says that it can do, whatever is wrong with the rest. */
export const ReadableServerMetadata = z.looseObject({ extensions: z.array(z.string()).catch([]) });

const TensorMetadata = z.looseObject({
  name: z.string(),
  datatype: z.string(),
  shape: z.array(z.number()),
});
export type TensorMetadata = z.infer<typeof TensorMetadata>;

/** As much of it as the checks need. A server that is wrong in the rest is still checked. */
export const ReadableModelMetadata = z.looseObject({
  name: z.unknown(),
  versions: z.array(z.string()).catch([]),
  inputs: z.array(TensorMetadata),
  outputs: z.array(TensorMetadata),
});
export type ReadableModelMetadata = z.infer<typeof ReadableModelMetadata>;

export const ModelMetadata = z.looseObject({
  name: z.string(),
  versions: z.array(z.string()).optional(),
  platform: z.string(),
  inputs: z.array(TensorMetadata),
  outputs: z.array(TensorMetadata),
});

const Output = z.looseObject({
  name: z.string(),
  datatype: z.string(),
  shape: z.array(z.int().nonnegative()),
  // Some servers write null for what they leave out.
  parameters: z.record(z.string(), z.unknown()).nullish(),
  data: z.array(z.unknown()).nullish(),
});
export type Output = z.infer<typeof Output>;

export const InferAnswer = z.looseObject({ outputs: z.array(Output) });
export type InferAnswer = z.infer<typeof InferAnswer>;

export const ErrorBody = z.looseObject({ error: z.string().min(1) });

const IndexEntry = z.looseObject({
  name: z.string(),
  version: z.string().optional(),
  state: z.string().optional(),
  reason: z.string().optional(),
});
export const RepositoryIndex = z.array(IndexEntry);

/** What KServe answers to `GET /v2/models`. The protocol has no such list, but it is a way to learn names. */
export const ModelList = z.looseObject({ models: z.array(z.string()) });

const SampleInput = z
  .looseObject({
    name: z.string(),
    datatype: z.string(),
    shape: z.array(z.int().nonnegative()),
    parameters: z.record(z.string(), z.unknown()).optional(),
    data: z.array(z.unknown()).transform((data): readonly unknown[] => data.flat(Number.POSITIVE_INFINITY)),
  })
  .refine(({ datatype, data }) => data.every((value) => isElement(datatype, value)), {
    error: 'data that its datatype cannot hold',
  });

/** An infer request that a user gives because generated values will not do. */
export const Sample = z.looseObject({
  parameters: z.record(z.string(), z.unknown()).optional(),
  inputs: z.array(SampleInput).min(1),
});
export type Sample = z.infer<typeof Sample>;
