// Recalibration of an exported file: the two numbers between logit and sigmoid are overwritten where they lie. Every other byte
// stays, so the network inside is the same network, and nobody has to take that on trust.

import { fromBinary } from '@bufbuild/protobuf';
import { DataType, GraphProtoSchema, ModelProtoSchema, TensorProtoSchema } from './onnx-messages_pb.ts';
import { eachField, lean, type Span } from './protobuf-fields.ts';
import { unsupported } from './refusals.ts';
import type { ScoringGraph } from './scoring-graph.ts';

type Calibration = ScoringGraph['calibration'];

/**
 * A copy of a file that `encodeModel` wrote, with another calibration, and the one it had. ONNX_UNSUPPORTED for a file without
 * one (it was made elsewhere), and for numbers that float32 cannot hold.
 */
export function replaceCalibration(
  bytes: Uint8Array,
  calibration: Calibration,
): { bytes: Uint8Array; replaced: Calibration } {
  const copy = Uint8Array.from(bytes);
  const replaced = {
    slope: overwrite(copy, 'slope', calibration.slope),
    intercept: overwrite(copy, 'intercept', calibration.intercept),
  };
  return { bytes: copy, replaced };
}

/** Writes the number in place and returns the one that was there. */
function overwrite(bytes: Uint8Array, name: keyof Calibration, number: number): number {
  if (!Number.isFinite(Math.fround(number)))
    throw unsupported(`A calibration's ${name} cannot be ${number}. Fit it on more rows`);
  const { start } = findConstant(bytes, `calibration/${name}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, Float32Array.BYTES_PER_ELEMENT);
  const before = view.getFloat32(0, true);
  view.setFloat32(0, number, true);
  return before;
}

/** Where the graph's one float32 constant of this name has its four bytes. */
function findConstant(bytes: Uint8Array, name: string): Span {
  const found: Span[] = [];
  for (const tensor of spansOf(bytes, { start: 0, end: bytes.length }, [
    ModelProtoSchema.field.graph.number,
    GraphProtoSchema.field.initializer.number,
  ])) {
    const { name: its, dataType } = fromBinary(
      TensorProtoSchema,
      bytes.subarray(tensor.start, tensor.end),
      lean,
    );
    if (its !== name || dataType !== DataType.FLOAT) continue;
    found.push(...spansOf(bytes, tensor, [TensorProtoSchema.field.rawData.number]));
  }
  const [only] = found;
  if (found.length === 1 && only!.end - only!.start === Float32Array.BYTES_PER_ELEMENT) return only!;
  throw unsupported(
    `The model has no single number called "${name}". Only what the kit exported can be recalibrated; train a model of your own`,
  );
}

/** The contents of all fields at the end of this path of field numbers. */
function spansOf(bytes: Uint8Array, within: Span, [first, ...rest]: readonly number[]): Span[] {
  const found: Span[] = [];
  eachField(bytes, within, (field, content) => {
    if (field === first) found.push(content);
  });
  return rest.length === 0 ? found : found.flatMap((span) => spansOf(bytes, span, rest));
}
