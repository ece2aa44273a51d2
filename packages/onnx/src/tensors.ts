// Tensors as this package hands them in and out: plain values, so that they can be copied, sliced and sent to a thread.

/** The element types of ONNX that can be run. */
export type TensorType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'bool'
  | 'string';

/**
 * The elements in row-major order. float16 and bfloat16 are carried as Float32Array (the model converts at its edge), bool as
 * bytes of 0 and 1.
 */
export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | string[];

export interface TensorValue {
  readonly type: TensorType;
  readonly dims: readonly number[];
  readonly data: TensorData;
}

/** Tensors by the names of a graph's inputs or outputs. */
export type Tensors = Readonly<Record<string, TensorValue>>;

/** An input or output of a model as the file declares it. */
export interface TensorInfo {
  readonly name: string;
  readonly type: TensorType;
  /**
   * A size for each dimension, or the name of one that differs from call to call ('' where it has none). Empty for a single
   * value, and also where the model leaves the number of dimensions open.
   */
  readonly shape: readonly (number | string)[];
}

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Float32Array,
  bfloat16: Float32Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const;

/** Room for `length` elements: zeros, or empty strings. */
export function tensorData(type: TensorType, length: number): TensorData {
  return type === 'string' ? new Array<string>(length).fill('') : new arrays[type](length);
}

/** How many elements a tensor of these dimensions has. */
export function elementCount(dims: readonly number[]): number {
  let count = 1;
  for (const size of dims) count *= size;
  return count;
}

/** Whether `data` is what a tensor of `type` is carried in. */
export function isDataOf(type: TensorType, data: unknown): data is TensorData {
  return type === 'string' ? Array.isArray(data) : data instanceof arrays[type];
}

/** What `isDataOf` asks for, in words. */
export function carrierOf(type: TensorType): string {
  if (type === 'string') return 'a list of strings';
  const { name } = arrays[type];
  return `${name.startsWith('I') ? 'an' : 'a'} ${name}`;
}
