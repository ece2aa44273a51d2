// A model that takes its time, for measurements of what waits for it.

import { importModel } from '@flightdeck/model-import';
import { slowModel } from '@flightdeck/onnx/fixtures';
import { openRegistry } from '@flightdeck/registry';
import type { BareRequest } from './bare-runtime.ts';
import { post } from './requests.ts';

const width = 256;
const row = Array.from({ length: width }, (_, i) => i / width);

/** Registers it as `slow`. More layers make a run longer. */
export async function importSlowModel(home: string, layers: number): Promise<void> {
  const registry = await openRegistry({ home });
  await importModel(registry, {
    name: 'slow',
    bytes: slowModel(layers, width),
    source: 'slow.onnx',
    actor: 'bench',
    reason: 'benchmark',
  });
  await registry.close();
}

/** The same for ONNX Runtime alone. */
export function slowBatch(layers: number): BareRequest {
  const x = { type: 'float32', dims: [1, width], data: Float32Array.from(row) } as const;
  return { onnx: slowModel(layers, width), feeds: { x } };
}

export function slowRequest(headers: Readonly<Record<string, string>> = {}): Uint8Array {
  return post('/v1/models/slow/predict', JSON.stringify({ instance: { x: row } }), headers);
}
