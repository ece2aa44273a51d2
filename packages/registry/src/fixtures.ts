// What the registry's tests register: small bundles that differ by one number.

import { bundleFiles } from './bundle-files.ts';
import type { Registration } from './registration.ts';
import type { Registry } from './registry.ts';

/** A registration whose content is determined by `seed`. Its run is `run-<model>`, which `startRun` starts. */
export function toyRegistration(seed: number, model = 'toy'): Registration {
  return {
    model,
    runId: `run-${model}`,
    // The model card is the same in every bundle, so that bundles share a blob.
    files: {
      [bundleFiles.model]: new Uint8Array([1, 2, 3, seed & 255, seed >> 8]),
      [bundleFiles.modelCard]: '# Toy\n',
      'plots/roc.json': `{"seed":${seed}}`,
    },
    metrics: { rocAuc: 0.78 },
    gate: { verdict: 'pass', reasons: ['better than the champion'] },
    createdBy: 'test',
  };
}

export async function startRun(registry: Registry, model = 'toy'): Promise<void> {
  await registry.runs.start({ id: `run-${model}`, model, parameters: {}, lineage: {} });
}

/** Starts a run and registers `count` versions, seeds 1 to `count`. */
export async function registerToys(registry: Registry, count: number, model = 'toy'): Promise<void> {
  await startRun(registry, model);
  for (let seed = 1; seed <= count; seed++) await registry.versions.register(toyRegistration(seed, model));
}

/** The start of every move in tests. */
export const move = { model: 'toy', alias: 'champion', actor: 'ada', reason: 'it is better' } as const;
