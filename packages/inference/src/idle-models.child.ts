// A process that loads a model of each placement, asks it something, and lets go without retiring it (load-model.test.ts).

import { lookupModel } from '@flightdeck/onnx/fixtures';
import { type InferenceLimits, loadModel, tensorRows } from './index.ts';

async function lookUp(inlineBudgetMs: number, row: number): Promise<string> {
  const limits: InferenceLimits = {
    maxBatchRows: 8,
    maxDelayMs: 0,
    maxQueuedRows: 8,
    inlineBudgetMs,
    poolThreads: 2,
  };
  const model = await loadModel(lookupModel(), { limits });
  const feeds = { index: { type: 'int64', dims: [1], data: BigInt64Array.of(BigInt(row)) } } as const;
  const { outputs } = await model.infer({
    rows: tensorRows(model.inputs, feeds),
    deadline: performance.now() + 60_000,
  });
  return `${model.placement} ${outputs.value!.data[0]}`;
}

console.log(`${await lookUp(1_000, 3)}, ${await lookUp(0, 4)}`);
