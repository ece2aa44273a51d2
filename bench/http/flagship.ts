// A small training of the flagship, for benchmarks that need a real model in a real registry, and real rows to ask it.

import { systemClock } from '@flightdeck/core';
import { bundleFiles, openRegistry, type ScoreGoldenRows, type ScoreSignature } from '@flightdeck/registry';
import { runTraining } from '@flightdeck/training/pipeline';
import type { Row } from './requests.ts';

export interface Flagship {
  readonly signature: ScoreSignature;
  readonly onnx: Uint8Array;
  readonly rows: readonly Row[];
}

/** Trains on 50,000 rows below `home`: the network is as large as that of a full training, and a request costs the same. */
export async function trainFlagship(home: string): Promise<Flagship> {
  const request = {
    runId: 'bench',
    model: 'flight-delay',
    rows: 50_000,
    seed: 1,
    actor: 'bench',
    reason: 'benchmark',
    promote: true,
  };
  await runTraining(request, { home, clock: systemClock, onProgress: () => {}, log: () => {} });
  const registry = await openRegistry({ home });
  const bundle = await registry.versions.open(await registry.versions.resolve('flight-delay', 'champion'));
  const read = async (path: string) => JSON.parse(Buffer.from(await bundle.read(path)).toString());
  const signature = (await read(bundleFiles.signature)) as ScoreSignature;
  const golden = (await read(bundleFiles.golden)) as ScoreGoldenRows;
  const onnx = await bundle.read(bundleFiles.model);
  await registry.close();
  // What a row lacks is looked up, which is another measurement.
  const rows = golden.rows.map(({ input }) => input).filter((row) => !Object.values(row).includes(null));
  return { signature, onnx, rows };
}
