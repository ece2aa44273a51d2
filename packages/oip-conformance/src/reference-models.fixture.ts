// Models for the reference server, with answers that anybody can work out.

import { datatypes, type Element } from './datatypes.ts';
import type { TensorMetadata } from './protocol-schemas.ts';

export interface ReferenceTensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly data: readonly Element[];
}

export interface ReferenceModel {
  readonly name: string;
  readonly versions: readonly string[];
  readonly inputs: readonly TensorMetadata[];
  readonly outputs: readonly TensorMetadata[];
  /** Inputs in the order of `inputs`. A thrown text refuses the values. */
  run(inputs: readonly ReferenceTensor[]): readonly ReferenceTensor[];
}

/** Two inputs, two outputs, two versions, a batch. */
const add: ReferenceModel = {
  name: 'add',
  versions: ['1', '2'],
  inputs: [tensor('a', 'FP32', [-1, 2]), tensor('b', 'FP32', [-1, 2])],
  outputs: [tensor('sum', 'FP32', [-1, 2]), tensor('difference', 'FP32', [-1, 2])],
  run: ([a, b]) => {
    const each = (combine: (x: number, y: number) => number) =>
      a!.data.map((x, i) => combine(Number(x), Number(b!.data[i])));
    return [
      { ...a!, name: 'sum', data: each((x, y) => x + y) },
      { ...a!, name: 'difference', data: each((x, y) => x - y) },
    ];
  },
};

/** Every datatype, in and out. */
const identity: ReferenceModel = {
  name: 'identity',
  versions: [],
  inputs: Object.keys(datatypes).map((datatype) => tensor(`in ${datatype}`, datatype, [-1, 2])),
  outputs: Object.keys(datatypes).map((datatype) => tensor(`out ${datatype}`, datatype, [-1, 2])),
  run: (inputs) => inputs.map((input) => ({ ...input, name: input.name.replace('in', 'out') })),
};

/** One input, of a fixed shape. */
const double: ReferenceModel = {
  name: 'double',
  versions: [],
  inputs: [tensor('x', 'FP64', [2, 3])],
  outputs: [tensor('twice', 'FP64', [2, 3])],
  run: ([x]) => [{ ...x!, name: 'twice', data: x!.data.map((value) => Number(value) * 2) }],
};

/** Takes only ids that nobody would guess. */
const lookup: ReferenceModel = {
  name: 'lookup',
  versions: [],
  inputs: [tensor('id', 'INT64', [-1, 1])],
  outputs: [tensor('known', 'BOOL', [-1, 1])],
  run: ([id]) => {
    if (id!.data.some((value) => Number(value) < 1000)) throw 'the table begins with the id 1000';
    return [{ ...id!, name: 'known', datatype: 'BOOL', data: id!.data.map((value) => Number(value) < 2000) }];
  },
};

/** Each row's share of the whole: what looks like a batch is none. */
const share: ReferenceModel = {
  name: 'share',
  versions: [],
  inputs: [tensor('amount', 'FP32', [-1])],
  outputs: [tensor('share', 'FP32', [-1])],
  run: ([amount]) => {
    const total = amount!.data.reduce<number>((sum, value) => sum + Number(value), 0);
    return [{ ...amount!, name: 'share', data: amount!.data.map((value) => Number(value) / total) }];
  },
};

/** In the repository, and not loaded. */
const spare: ReferenceModel = { ...double, name: 'spare' };

export const referenceModels: readonly ReferenceModel[] = [add, identity, double, lookup, share, spare];

function tensor(name: string, datatype: string, shape: number[]): TensorMetadata {
  return { name, datatype, shape };
}
