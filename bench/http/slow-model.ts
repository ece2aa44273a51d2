// A model that takes its time, for measurements of what waits for it.

import { importModel } from '@flightdeck/model-import';
import { slowModel } from '@flightdeck/onnx/fixtures';
import { openRegistry } from '@flightdeck/registry';
import { post } from './requests.ts';

const width = 256;

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

export function slowRequest(headers: Readonly<Record<string, string>> = {}): Uint8Array {
  const x = Array.from({ length: width }, (_, i) => i / width);
  return post('/v1/models/slow/predict', JSON.stringify({ instance: { x } }), headers);
}
