// Reads the answer to an infer request, JSON alone or JSON followed by the outputs' bytes, and says what is wrong with one that
// cannot be read.

import { datatypes } from './datatypes.ts';
import { readJson } from './exact-json.ts';
import { type Answer, described } from './http-client.ts';
import { inWords } from './json-answer.ts';
import { skipped, unmet } from './outcome.ts';
import { InferAnswer, type Output } from './protocol-schemas.ts';
import { elementCount, type OutputTensor } from './tensor.ts';
import { elementsOfBytes } from './tensor-bytes.ts';

export const lengthHeader = 'inference-header-content-length';

export interface ReadAnswer {
  readonly body: InferAnswer;
  readonly outputs: readonly OutputTensor[];
  /** Whether the body holds bytes after its JSON. */
  readonly binary: boolean;
}

/**
 * Why an answer cannot be read. status: it is no 200. frame: no JSON where JSON should be. shape: JSON of another form. sizes: the
 * binary parts do not fill the body, or not the tensors.
 */
interface Fault {
  readonly fault: 'status' | 'frame' | 'shape' | 'sizes';
  readonly expected: string;
  readonly came: string;
}

export function readAnswer(answer: Answer): ReadAnswer | Fault {
  if (answer.status !== 200) return { fault: 'status', expected: 'HTTP 200', came: described(answer) };
  const frame = frameOf(answer);
  if ('fault' in frame) return frame;
  const parsed = InferAnswer.safeParse(frame.json);
  if (!parsed.success)
    return { fault: 'shape', expected: 'an inference response', came: inWords(parsed.error) };
  return withTensors(parsed.data, frame.rest);
}

/** The outputs of an answer that must be readable. */
export function requireOutputs(answer: Answer): readonly OutputTensor[] {
  return requireRead(answer).outputs;
}

export function requireRead(answer: Answer): ReadAnswer {
  const read = readAnswer(answer);
  if ('fault' in read) throw unmet(read.expected, read.came);
  return read;
}

/** The same for checks that are not about how bytes are framed: two requirements of their own watch that. */
export function requireFramed(answer: Answer): readonly OutputTensor[] {
  const read = readAnswer(answer);
  if ('fault' in read && (read.fault === 'frame' || read.fault === 'sizes'))
    throw skipped(
      `needs an answer that can be read (binary.output.header, binary.output.sizes): ${read.came}`,
    );
  return requireOutputs(answer);
}

function frameOf({ headers, body }: Answer): { json: unknown; rest: Buffer } | Fault {
  const header = headers.get(lengthHeader);
  const length = header === null ? body.length : Number(header);
  const start = body.subarray(0, length);
  try {
    return { json: readJson(start.toString()), rest: body.subarray(length) };
  } catch {
    const where = header === null ? 'in the whole body' : `in the first ${header} bytes (${lengthHeader})`;
    const shown = start.subarray(0, 160).toString();
    return {
      fault: 'frame',
      expected: `JSON ${where}`,
      came: `${body.length} bytes that begin with ${JSON.stringify(shown)}`,
    };
  }
}

function withTensors(body: InferAnswer, rest: Buffer): ReadAnswer | Fault {
  const outputs: OutputTensor[] = [];
  let at = 0;
  for (const output of body.outputs) {
    const size = output.parameters?.binary_data_size;
    const tensor = typeof size === 'number' ? binaryTensor(output, rest, at, size) : jsonTensor(output);
    if ('fault' in tensor) return tensor;
    outputs.push(tensor);
    if (typeof size === 'number') at += size;
  }
  if (at !== rest.length) {
    return {
      fault: 'sizes',
      expected: `binary_data_size of all outputs to add up to the ${rest.length} bytes after the JSON`,
      came: `${at}`,
    };
  }
  return { body, outputs, binary: rest.length > 0 };
}

function jsonTensor({ name, datatype, shape, data }: Output): OutputTensor | Fault {
  if (data) return { name, datatype, shape, data: data.flat(Number.POSITIVE_INFINITY), binary: false };
  return {
    fault: 'shape',
    expected: `data or parameters.binary_data_size for the output "${name}"`,
    came: 'neither',
  };
}

function binaryTensor(
  { name, datatype, shape }: Output,
  rest: Buffer,
  at: number,
  size: number,
): OutputTensor | Fault {
  const bytes = rest.subarray(at, at + size);
  const data = elementsOfBytes(datatype, bytes);
  const count = elementCount(shape);
  if (bytes.length === size && data?.length === count) return { name, datatype, shape, data, binary: true };
  const each = datatypes[datatype]?.size;
  return {
    fault: 'sizes',
    expected: `${count} elements of ${datatype} for "${name}"${each ? `, ${count * each} bytes` : ''}`,
    came: `${data ? `${data.length} elements` : 'no whole elements'} in ${bytes.length} bytes, with binary_data_size ${size}`,
  };
}
