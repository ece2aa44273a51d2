// What openSession adds to a run of ONNX Runtime, and what its checks cost alone.
// Run it with: node packages/onnx/bench/session.ts

import { InferenceSession, Tensor } from 'onnxruntime-node';
import { encodeModel, openSession, type Tensors, type TensorValue } from '../src/index.ts';
import { inputFeeds } from '../src/input-feeds.ts';
import { batches, columnsOf, graph, measure, printTimes } from './flagship-graph.ts';

const bytes = encodeModel(graph);
const bare = await InferenceSession.create(bytes, {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 4,
});
const session = await openSession(bytes);
const inputs = session.inputs.map((info) => ({
  info,
  anyRank: false,
  runtimeName: info.name,
  runtimeType: info.type,
}));

for (const rows of batches) {
  const tensors: Tensors = Object.fromEntries(
    Object.entries(columnsOf(rows)).map(([name, data]) => [
      name,
      {
        type: data instanceof Float32Array ? 'float32' : 'string',
        dims: [rows, 1],
        data: data as TensorValue['data'],
      },
    ]),
  );
  const made = toTensors(tensors);
  printTimes(
    rows,
    await measure({
      'session.run of ONNX Runtime': () => bare.run(made),
      'the same, and making its tensors': () => bare.run(toTensors(tensors)),
      'run of openSession': () => session.run(tensors),
      'its checks alone': () => inputFeeds(inputs, tensors),
    }),
  );
}
await bare.release();
await session.release();

function toTensors(tensors: Tensors): Record<string, Tensor> {
  const made: Record<string, Tensor> = {};
  for (const [name, { type, data, dims }] of Object.entries(tensors))
    made[name] = new Tensor(type as 'float32', data as Float32Array, dims);
  return made;
}
