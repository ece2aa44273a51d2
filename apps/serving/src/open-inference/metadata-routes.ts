// GET /v2 and /v2/models/…: what this server is, what a model takes and gives, which version answers and how, and why a newer one
// does not.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TensorInfo } from '@flightdeck/onnx';
import type { z } from 'zod';
import type { DataPlane } from '../data-plane.ts';
import { inferenceAnswers } from '../errors.ts';
import type { HttpServer } from '../http/http-server.ts';
import type { LoadedModel } from '../state/model-loader.ts';
import type { LoadFailure } from '../state/served-endpoint.ts';
import { datatypes } from './datatypes.ts';
import { addressedModel, modelAddresses } from './model-address.ts';
import { modelMetadata, modelReady, serverMetadata } from './protocol-schemas.ts';

/** Those of Triton's extensions that are implemented here whole, by the names that Triton gives them. */
const extensions = ['binary_tensor_data', 'model_repository', 'model_repository(unload_dependents)'];

const { version: serverVersion } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'),
) as { version: string };

const refusals = ['MODEL_NOT_FOUND', 'VERSION_NOT_FOUND', 'OVERLOADED', 'MODEL_NOT_READY'] as const;

export function metadataRoutes(scope: HttpServer, plane: DataPlane): void {
  // The protocol's text has it without the slash, its OpenAPI document with it.
  for (const url of ['/v2', '/v2/']) {
    scope.get(
      url,
      { schema: { summary: 'What this server is', response: inferenceAnswers(serverMetadata) } },
      async () => ({ name: 'flightdeck', version: serverVersion, extensions }),
    );
  }
  for (const { url, params } of modelAddresses) {
    scope.get(
      url,
      {
        schema: {
          summary: 'What a model takes and gives, and what is served',
          params,
          response: inferenceAnswers(modelMetadata, refusals),
        },
      },
      async ({ params }) => metadataOf(plane, params.model, await addressedModel(plane, params)),
    );
    scope.get(
      `${url}/ready`,
      {
        // Probes come every second or so; only those that fail for a reason of ours are worth a line.
        logLevel: 'warn',
        schema: {
          summary: 'Is a model ready to infer',
          params,
          response: inferenceAnswers(modelReady, refusals),
        },
      },
      async ({ params }) => {
        await addressedModel(plane, params);
        return { name: params.model, ready: true as const };
      },
    );
  }
}

async function metadataOf(
  plane: DataPlane,
  endpoint: string,
  model: LoadedModel,
): Promise<z.infer<typeof modelMetadata>> {
  const { inputs, outputs } = model.runtime;
  const failure = plane.endpoints().find(({ name }) => name === endpoint)?.failure ?? null;
  return {
    name: endpoint,
    versions: (await versionsOf(plane, model)).map(String),
    platform: 'onnxruntime_onnx',
    inputs: inputs.map(tensorMetadata),
    outputs: outputs.map(tensorMetadata),
    parameters: { ...serving(model), ...(failure && failed(failure)) },
  };
}

async function versionsOf(plane: DataPlane, { version }: LoadedModel): Promise<readonly number[]> {
  try {
    const index = await plane.repository.index();
    const own = index.filter(({ model }) => model === version.model);
    return own.map((entry) => entry.version).sort((a, b) => a - b);
  } catch {
    // While the registry is away, which the convergence tells, what is loaded can still be described.
    return [version.version];
  }
}

function tensorMetadata({ name, type, shape }: TensorInfo) {
  return {
    name,
    datatype: datatypes[type],
    shape: shape.map((size) => (typeof size === 'number' ? size : -1)),
  };
}

/** The protocol has strings, numbers and booleans as parameters, so this is flat. */
function serving({ version, loadedAt, runtime }: LoadedModel) {
  const { placement, batching, cost, memoryBytes, skippedOutputs } = runtime;
  return {
    version: String(version.version),
    digest: version.digest,
    loaded_at: new Date(loadedAt).toISOString(),
    placement,
    ...('none' in batching ? { no_batching: batching.none } : { max_batch_rows: batching.maxRows }),
    run_fixed_ms: cost.fixedMs,
    run_per_row_ms: cost.perRowMs,
    memory_bytes: memoryBytes,
    ...(skippedOutputs.length > 0 && { skipped_outputs: skippedOutputs.join(', ') }),
  };
}

/** Why the endpoint is not at its desired version. */
function failed({ code, message, version }: LoadFailure) {
  return {
    failure_code: code,
    failure: message,
    ...(version && { failed_version: String(version.version) }),
  };
}
