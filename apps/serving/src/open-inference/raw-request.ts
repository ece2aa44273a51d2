// The shortest request of the binary extension: the body is the data of the model's one input, and nothing else. The shape follows
// from the model and from how many bytes there are.

import { elementCount, type TensorInfo } from '@flightdeck/onnx';
import { bytesPerElement, tensorOfBytes } from './binary-tensors.ts';
import { type InferRequest, type ModelFace, rowsOf } from './infer-request.ts';
import { invalidBody, invalidInput } from './refusals.ts';

/** All outputs are given as binary data. INVALID_BODY or INPUT_INVALID where no shape of the model follows. */
export function readRawRequest(model: ModelFace, bytes: Buffer): InferRequest {
  const [input, ...others] = model.inputs;
  if (input === undefined || others.length > 0)
    throw invalidBody(
      `With an Inference-Header-Content-Length of 0 the body is the data of the one input. This model has ${model.inputs.length}.`,
    );
  const { name, type } = input;
  const tensor =
    type === 'string'
      ? tensorOfBytes(name, type, onlyElement(input), behindLength(bytes))
      : tensorOfBytes(name, type, dimsFor(input, bytes.length / bytesPerElement(type)), bytes);
  return {
    rows: rowsOf(model, { [name]: tensor }),
    outputs: model.outputs.map((output) => ({ name: output.name, binary: true })),
  };
}

/** The declared sizes, and for the one that is open, what the data leave. Of two, the first is the rows: one row. */
function dimsFor({ name, shape }: TensorInfo, count: number): readonly number[] {
  const open = shape.flatMap((size, i) => (typeof size === 'string' ? [i] : []));
  const deduced = open.length === 2 && open[0] === 0 ? open[1] : open[0];
  if (open.length > 1 && deduced === open[0])
    throw invalidInput(
      name,
      'its shape does not follow from its data. Send the JSON with a shape before the data.',
    );
  const fixed = shape.map((size) => (typeof size === 'string' ? 1 : size));
  const rest = count / elementCount(fixed);
  if (!Number.isInteger(rest))
    throw invalidInput(name, `${count} elements do not fill its shape [${shape.join(', ')}] evenly.`);
  return fixed.map((size, i) => (i === deduced ? rest : size));
}

function onlyElement({ name, shape }: TensorInfo): readonly number[] {
  if (shape.some((size) => typeof size === 'number' && size !== 1))
    throw invalidInput(name, 'only a single string can be sent without a JSON that says how many there are.');
  return shape.map(() => 1);
}

function behindLength(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
}
