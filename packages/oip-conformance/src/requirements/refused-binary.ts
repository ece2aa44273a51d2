// Binary requests that a server must refuse: each has one wrong size, header or length.

import { binaryInput, binaryPayload, jsonInput, type Payload } from '../infer-request.ts';
import { type Example, exampleRequest, type Model, requireExample } from '../model-under-test.ts';
import { skipped } from '../outcome.ts';
import { bytesOfElements } from '../tensor-bytes.ts';
import { texts } from '../texts.ts';
import { inferPost, type RefusedRequest } from './refused-requests.ts';

export const refusedBinary: readonly RefusedRequest[] = [
  refused('size-short', 'binary_data_size of less than the tensor needs is refused.', (sent) =>
    // The bytes are short as well, so that nothing is left over.
    withFirst(sent, (part) => ({ size: part.length - 1, part: part.subarray(0, -1) })),
  ),
  refused('size-long', 'binary_data_size of more than the tensor needs is refused.', (sent) =>
    withFirst(sent, (part) => ({ size: part.length + 8, part: Buffer.concat([part, Buffer.alloc(8)]) })),
  ),
  refused('size-not-a-number', 'binary_data_size that is no number is refused.', (sent) =>
    withFirst(sent, (part) => ({ size: 'all', part })),
  ),
  refused('size-negative', 'A negative binary_data_size is refused.', (sent) =>
    withFirst(sent, (part) => ({ size: -part.length, part })),
  ),
  refused('body-short', 'A body with fewer bytes than the inputs tell is refused.', (sent) =>
    withLast(sent, (part) => part.subarray(0, -1)),
  ),
  refused('body-long', 'A body with more bytes than the inputs tell is refused.', (sent) =>
    withLast(sent, (part) => Buffer.concat([part, Buffer.alloc(8)])),
  ),
  refused('header-beyond-body', 'A JSON length beyond the end of the body is refused.', (sent) =>
    withHeader(sent, () => '100000000'),
  ),
  refused('header-inside-json', 'A JSON length that ends within the JSON is refused.', (sent) =>
    withHeader(sent, (length) => String(length - 5)),
  ),
  refused('header-not-a-number', 'A JSON length that is no number is refused.', (sent) =>
    withHeader(sent, () => 'all'),
  ),
  refused('header-negative', 'A negative JSON length is refused.', (sent) => withHeader(sent, () => '-1')),
  refused('header-absent', 'Binary data without the header is refused.', (sent) => ({
    body: withHeader(sent, String).body,
  })),
  refused('data-and-size', 'An input with data and binary_data_size at once is refused.', (sent) => {
    const { inputs, parts } = sent;
    const first = {
      ...jsonInput(inputs[0]!),
      ...binaryInput(inputs[0]!, parts[0]!.length),
      data: inputs[0]!.data,
    };
    return payloadOf(sent, [first, ...described(sent).slice(1)]);
  }),
  refused('bytes-prefix', 'A BYTES element whose length goes beyond the data is refused.', (sent) => {
    const at = sent.inputs.findIndex(({ datatype, data }) => datatype === 'BYTES' && data.length > 0);
    if (at < 0) throw skipped('no input takes BYTES');
    const wrong = Buffer.from(sent.parts[at]!);
    wrong.writeUInt32LE(0xffff_fff0, 0);
    return payloadOf({ ...sent, parts: sent.parts.with(at, wrong) }, described(sent));
  }),
];

/** The example with all its inputs in binary. */
interface Sent extends Example {
  readonly parts: readonly Buffer[];
}

function refused(id: string, sentence: string, make: (sent: Sent) => Payload): RefusedRequest {
  return {
    id: `binary.errors.${id}`,
    level: 'extension',
    extension: 'binary_tensor_data',
    section: texts.binaryRequest,
    sentence,
    make: (model) => inferPost(model, make(sentOf(model))),
  };
}

function sentOf(model: Model): Sent {
  const example = requireExample(model);
  return { ...example, parts: example.inputs.map(({ datatype, data }) => bytesOfElements(datatype, data)) };
}

function described({ inputs, parts }: Sent) {
  return inputs.map((input, i) => binaryInput(input, parts[i]!.length));
}

function payloadOf(sent: Sent, inputs: readonly unknown[], header?: (length: number) => string): Payload {
  return binaryPayload(exampleRequest(sent, { inputs }), sent.parts, header);
}

function withHeader(sent: Sent, header: (length: number) => string): Payload {
  return payloadOf(sent, described(sent), header);
}

function withFirst(sent: Sent, change: (part: Buffer) => { size: unknown; part: Buffer }): Payload {
  const { size, part } = change(sent.parts[0]!);
  const inputs = described(sent).with(0, binaryInput(sent.inputs[0]!, size));
  return payloadOf({ ...sent, parts: sent.parts.with(0, part) }, inputs);
}

function withLast(sent: Sent, change: (part: Buffer) => Buffer): Payload {
  return payloadOf({ ...sent, parts: sent.parts.with(-1, change(sent.parts.at(-1)!)) }, described(sent));
}
