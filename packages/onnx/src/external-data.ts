// A look into the bytes before the runtime gets them. ONNX lets a tensor name another file that holds its numbers; a model
// version is one checksummed file, so such a model would be served with weights that nobody has verified.

import { fromBinary, isMessage } from '@bufbuild/protobuf';
import { FlightdeckError } from '@flightdeck/core';
import { DataLocation, ModelProtoSchema, type TensorProto, TensorProtoSchema } from './onnx-messages_pb.ts';

/** Throws ONNX_UNSUPPORTED if a tensor lies outside of the file, and a plain error if the bytes are no ONNX file. */
export function refuseExternalData(bytes: Uint8Array): void {
  const model = fromBinary(ModelProtoSchema, bytes);
  if (!model.graph) throw new Error('it holds no graph');
  for (const tensor of tensorsIn(model)) {
    if (tensor.dataLocation === DataLocation.DEFAULT && tensor.externalData.length === 0) continue;
    throw new FlightdeckError(
      'ONNX_UNSUPPORTED',
      `Model ${model.graph.name} keeps tensor "${tensor.name}" in another file (external data). ` +
        'Save it as one file with all weights inside.',
    );
  }
}

/** Every tensor of a message, however deep: constants of the graph, of subgraphs, of functions, dense or sparse. */
function* tensorsIn(message: unknown): Generator<TensorProto> {
  if (typeof message !== 'object' || message === null || ArrayBuffer.isView(message)) return;
  if (isMessage(message, TensorProtoSchema)) yield message;
  for (const inner of Object.values(message)) yield* tensorsIn(inner);
}
