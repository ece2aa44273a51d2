// A look into the bytes before the runtime gets them. ONNX lets a tensor name another file that holds its numbers; a model
// version is one checksummed file, so such a model would be served with weights that nobody has verified.

import { fromBinary } from '@bufbuild/protobuf';
import { DataLocation, ModelProtoSchema, TensorProtoSchema } from './onnx-messages_pb.ts';
import { lean, messagesWithin } from './protobuf-fields.ts';
import { unsupported } from './refusals.ts';

/**
 * Throws ONNX_UNSUPPORTED if a tensor lies outside of the file: a constant of the graph, of a subgraph, of a function, dense
 * or sparse. A plain error means that the bytes are no ONNX file.
 */
export function refuseExternalData(bytes: Uint8Array): void {
  for (const { start, end } of messagesWithin(bytes, ModelProtoSchema, TensorProtoSchema)) {
    const tensor = fromBinary(TensorProtoSchema, bytes.subarray(start, end), lean);
    if (tensor.dataLocation === DataLocation.DEFAULT && tensor.externalData.length === 0) continue;
    throw unsupported(
      `The model keeps tensor "${tensor.name}" in another file (external data). Save it as one file with all weights inside`,
    );
  }
}
