// The thread in which models are opened and measured before anybody else runs them (measuring.ts).

import { openSession, type Tensors } from '@flightdeck/onnx';
import { type Measurement, measureModel } from './measure-model.ts';
import { answerOf, type ThreadAnswer } from './thread-answer.ts';

export interface MeasureTask {
  /** Sent along, not shared: it is freed here as soon as it has been read. */
  readonly bytes: ArrayBuffer;
  readonly samples: Tensors | undefined;
  readonly maxBatchRows: number;
}

export function measure(task: MeasureTask): Promise<ThreadAnswer<Measurement>> {
  return answerOf(openAndMeasure(task));
}

async function openAndMeasure({ bytes, samples, maxBatchRows }: MeasureTask): Promise<Measurement> {
  const session = await openSession(new Uint8Array(bytes));
  // This thread makes little garbage, so it would be long until a collection frees the file.
  bytes.transfer(0);
  try {
    return await measureModel(session, samples, maxBatchRows);
  } finally {
    await session.release();
  }
}
